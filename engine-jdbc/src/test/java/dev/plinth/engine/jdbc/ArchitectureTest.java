package dev.plinth.engine.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of this module: it needs the public packages of the engine, the JDK and no driver. */
@AnalyzeClasses(packages = "dev.plinth.engine.jdbc", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule the_module_needs_the_engine_and_the_jdk_only = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.plinth.engine",
                    "dev.plinth.engine.api",
                    "dev.plinth.engine.inbox",
                    "dev.plinth.engine.jdbc",
                    "java..",
                    "javax.sql..",
                    "org.jspecify.annotations..");
}
