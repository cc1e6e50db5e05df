package dev.plinth.engine.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of the starter: it reaches the engine through its public packages. */
@AnalyzeClasses(packages = "dev.plinth.engine.spring", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule the_engine_is_reached_through_its_public_packages_only =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.plinth.engine.internal..");

    @ArchTest
    static final ArchRule the_starter_does_without_the_engines_own_server =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.plinth.engine.http..");
}
