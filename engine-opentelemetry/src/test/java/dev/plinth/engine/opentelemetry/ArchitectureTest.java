package dev.plinth.engine.opentelemetry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of this module: it reaches the engine and the library through their public packages. */
@AnalyzeClasses(packages = "dev.plinth.engine.opentelemetry", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule the_engine_is_reached_through_its_public_packages_only = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.plinth.engine.internal..", "dev.plinth.engine.http..", "io.opentelemetry.sdk..");
}
