package dev.plinth.engine.http;

import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of the adapter: it reaches the engine through its public packages, and decides nothing. */
@AnalyzeClasses(packages = "dev.plinth.engine.http", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule the_engine_is_reached_through_its_public_packages_only =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.plinth.engine.internal..");

    @ArchTest
    static final ArchRule libraries_of_the_engine_stay_in_the_engine = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "net.openhft..", "com.lmax..", "com.fasterxml..", "org.apache.hc..", "com.github.benmanes..");

    @ArchTest
    static final ArchRule yaml_is_read_by_one_class = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.plinth.engine.http.config.YamlReader")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.snakeyaml..");

    @ArchTest
    static final ArchRule the_mechanism_of_settings_knows_no_setting = noClasses()
            .that()
            .resideInAPackage("dev.plinth.engine.http.config")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.plinth.engine",
                    "dev.plinth.engine.http",
                    "dev.plinth.engine.http.call",
                    "dev.plinth.engine.http.program");

    @ArchTest
    static final ArchRule rooms_use_those_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("call")
            .definedBy("dev.plinth.engine.http.call")
            .layer("connection")
            .definedBy("dev.plinth.engine.http.connection")
            .layer("exchange")
            .definedBy("dev.plinth.engine.http.exchange")
            .layer("forward")
            .definedBy("dev.plinth.engine.http.forward")
            .layer("console")
            .definedBy("dev.plinth.engine.http.console")
            .layer("server")
            .definedBy("dev.plinth.engine.http")
            .layer("program")
            .definedBy("dev.plinth.engine.http.program")
            .whereLayer("program")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("server")
            .mayOnlyBeAccessedByLayers("program")
            .whereLayer("console")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("forward")
            .mayOnlyBeAccessedByLayers("server", "program")
            .whereLayer("exchange")
            .mayOnlyBeAccessedByLayers("forward", "console", "server")
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("exchange", "forward", "server", "program");

    @ArchTest
    static final ArchRule logs_and_certificates_know_no_server = noClasses()
            .that()
            .resideInAnyPackage("dev.plinth.engine.http.log", "dev.plinth.engine.http.tls")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.plinth.engine",
                    "dev.plinth.engine.http",
                    "dev.plinth.engine.http.call",
                    "dev.plinth.engine.http.connection",
                    "dev.plinth.engine.http.config",
                    "org.eclipse..");

    @ArchTest
    static final ArchRule classes_are_final_or_abstract = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .should()
            .haveModifier(FINAL)
            .orShould()
            .haveModifier(ABSTRACT);
}
