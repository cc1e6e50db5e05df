package dev.plinth.engine.log.postgres;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of this module: it needs the package of the log, the JDK and no driver. */
@AnalyzeClasses(packages = "dev.plinth.engine.log.postgres", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule the_module_needs_the_log_and_the_jdk_only = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "dev.plinth.engine.log",
                            "dev.plinth.engine.log.postgres",
                            "java..",
                            "javax.net..",
                            "javax.sql..",
                            "org.jspecify.annotations..")
                    .or(describe("are a mark", type -> type.getName().equals("dev.plinth.engine.api.Experimental"))));
}
