package dev.plinth.engine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The walls of the house, one rule each. {@code docs/architecture.md} draws them; this test holds them. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String ROOT = "dev.plinth.engine";
    private static final String INTERNAL = ROOT + ".internal.";
    private static final String API = ROOT + ".api";
    private static final String CLIENT = ROOT + ".client";
    private static final String LOG = ROOT + ".log";

    /** The least part of the types of the rooms that other rooms cannot name. All rooms use the values of the base. */
    private static final double HIDDEN_PERCENT_MIN = 56.7;

    private static final Set<String> DOMAINS =
            Set.of("access", "quota", "idempotency", "resource", "job", "event", "webhook");

    /** From the top: a room may use every floor below its own, and no room beside it. */
    private static final List<Floor> FLOORS = List.of(
            new Floor("engine", Set.of(ROOT)),
            Floor.of("node", "node"),
            Floor.of("host", "host"),
            Floor.of("settings", "settings"),
            new Floor("handlers", Set.of(ROOT + ".handler")),
            new Floor("client", Set.of(CLIENT)),
            Floor.of("wire", "wire"),
            Floor.of("parts of routes", "wire.route"),
            Floor.of("transfer", "transfer"),
            Floor.of("pipeline", "pipeline"),
            Floor.of("commands", "command"),
            Floor.of("request log and figures", "requestlog", "metrics"),
            new Floor("domains", packages(DOMAINS)),
            Floor.of("sender", "webhook.send"),
            Floor.of("mechanisms", "timer", "ring", "list", "shape"),
            Floor.of("tools of the store", "store.tool"),
            Floor.of("ground", "store", "json"),
            Floor.of("older formats", "store.log.upgrade"),
            Floor.of("sides of the store", "store.memory", "store.log"),
            Floor.of("below the sides of the store", "store.memory.arena", "store.log.disk"),
            Floor.of("decisions", "base.decision"),
            Floor.of("rows", "base.rows"),
            Floor.of("problems", "base.problem"),
            Floor.of("base", "base"),
            new Floor("inbox", Set.of(ROOT + ".inbox")),
            new Floor("server", Set.of(ROOT + ".server")),
            new Floor("public settings", Set.of(ROOT + ".settings")),
            new Floor("log", Set.of(LOG)),
            new Floor("api", Set.of(API)));

    /** The sources of the engine's time, ids and secrets. */
    private static final Set<String> SOURCES_OF_TIME_AND_CHANCE = Set.of(
            ROOT + ".settings.SystemClock",
            INTERNAL + "base.RandomIds",
            INTERNAL + "base.RandomPause",
            INTERNAL + "store.memory.KeyHash", // its seed must not be known
            INTERNAL + "store.log.StoreId"); // two stores differ, whatever ids their hosts give them

    /** A wait of a person or a socket lasts real seconds, whatever the engine's clock says. */
    private static final Set<String> WAIT_IN_REAL_TIME = Set.of(
            INTERNAL + "base.Deadline", // a drain gives up after real seconds
            INTERNAL + "base.Log", // one line a minute is by the clock of the operator
            INTERNAL + "job.JobTimes", // how long a handler ran is real time
            INTERNAL + "job.JobTimes$Run",
            INTERNAL + "pipeline.RequestContext", // how long a request took is real time, for whoever waited
            INTERNAL + "store.RecoveryProgress", // who waits for a recovery is told how fast it goes
            INTERNAL + "store.log.disk.SyncTimes$TimedFile", // a disk takes real time
            INTERNAL + "store.WriterLock", // callers wait for real time while another one writes
            INTERNAL + "timer.Backoff", // what fails again and again burns real processors
            INTERNAL + "webhook.send.SendAttempt", // an attempt's durationMillis is how long the receiver took
            INTERNAL + "webhook.send.ConnectionPool", // a receiver closes what it has not used for some real seconds
            INTERNAL + "webhook.send.DnsLookups$DnsLookup"); // a name server takes real seconds

    /** The reads of the store whose rows may be in flight, so that an answer waits for them. */
    private static final Set<String> READS_IN_FLIGHT = Set.of("readToAnswer", "readAtOnce", "viewToAnswer");

    /** Rooms in which a call must not wait for the disk, and of whose rows nothing is told. */
    private static final Set<String> ON_THE_WAY_OF_A_CALL =
            Set.of(INTERNAL + "quota.QuotaCheckpointWriter"); // what a bucket begins with

    @ArchTest
    static final ArchRule packages_are_free_of_cycles =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule rooms_open_downwards_only = downwardsOnly();

    @ArchTest
    static final ArchRule domains_do_not_see_each_other = neighboursAreApart("domains");

    @ArchTest
    static final ArchRule timer_ring_list_and_shape_do_not_see_each_other = neighboursAreApart("mechanisms");

    @ArchTest
    static final ArchRule store_and_json_do_not_see_each_other = neighboursAreApart("ground");

    @ArchTest
    static final ArchRule memory_and_log_of_the_store_do_not_see_each_other = neighboursAreApart("sides of the store");

    @ArchTest
    static final ArchRule memory_and_log_are_used_by_the_store_only = noClasses()
            .that()
            .resideOutsideOfPackages(INTERNAL + "store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(INTERNAL + "store.memory..", INTERNAL + "store.log..")
            .because("the rooms above use Store, View and the tools");

    @ArchTest
    static final ArchRule chronicle_is_imported_by_the_memory_of_the_store_only =
            importedBy("store.memory..", "net.openhft..");

    @ArchTest
    static final ArchRule disruptor_is_imported_by_ring_only = importedBy("ring", "com.lmax..");

    @ArchTest
    static final ArchRule jackson_and_schema_validators_are_imported_by_json_only = importedBy(
            "json",
            "com.fasterxml.jackson.core..",
            "com.fasterxml.jackson.databind..",
            "tools.jackson..",
            "com.networknt..");

    @ArchTest
    static final ArchRule http_client_is_imported_by_the_sender_only =
            importedBy("webhook.send", "org.apache.hc..", "java.net.http..");

    @ArchTest
    static final ArchRule the_sender_is_used_by_webhook_only = noClasses()
            .that()
            .resideOutsideOfPackages(INTERNAL + "webhook..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(INTERNAL + "webhook.send");

    @ArchTest
    static final ArchRule caffeine_is_imported_by_access_only = importedBy("access", "com.github.benmanes..");

    @ArchTest
    static final ArchRule api_is_a_leaf = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "com.fasterxml.jackson.annotation..", API);

    @ArchTest
    static final ArchRule log_is_a_leaf = classes()
            .that()
            .resideInAPackage(LOG)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", LOG)
                    .or(describe("are a mark", type -> type.getName().equals(API + ".Experimental"))));

    @ArchTest
    static final ArchRule records_are_appended_by_the_pipeline_only = noClasses()
            .that()
            .resideOutsideOfPackages(INTERNAL + "pipeline", INTERNAL + "store..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(INTERNAL + "store.Transaction")
            .orShould()
            .accessTargetWhere(describe(
                    "the target is Store.write",
                    access -> access.getTargetOwner().getName().equals(INTERNAL + "store.Store")
                            && access.getTarget().getName().equals("write")))
            .because("one change is one decision and one record: the other rooms hand a Command.Change to a Committer");

    @ArchTest
    static final ArchRule sets_of_rows_are_told_and_the_difference_is_taken_by_the_index_only = noClasses()
            .that()
            .resideOutsideOfPackages(INTERNAL + "base.rows", INTERNAL + "store.memory")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(INTERNAL + "base.rows.Memberships")
            .because("a table declares the sets of one row in a RowIndex, so that no removal can be forgotten");

    @ArchTest
    static final ArchRule rows_in_flight_are_read_by_the_pipeline_only = noClasses()
            .that()
            .resideOutsideOfPackages(INTERNAL + "pipeline", INTERNAL + "store..")
            .and(describe("are not on the way of a call", type -> !ON_THE_WAY_OF_A_CALL.contains(type.getName())))
            .should()
            .accessTargetWhere(describe(
                    "the target is Store.readToAnswer, Store.readAtOnce or Store.viewToAnswer",
                    access -> access.getTargetOwner().getName().equals(INTERNAL + "store.Store")
                            && READS_IN_FLIGHT.contains(access.getTarget().getName())))
            .because(
                    "an answer waits for what it shows; the other rooms act, and read by readToAct, viewToAct or look");

    @ArchTest
    static final ArchRule time_ids_and_chance_come_from_their_sources_only = noClasses()
            .that(describe(
                    "are neither sources nor wait in real time",
                    type -> !SOURCES_OF_TIME_AND_CHANCE.contains(type.getName())
                            && !WAIT_IN_REAL_TIME.contains(type.getName())))
            .should()
            .accessTargetWhere(describe("it is a clock or a source of chance", ArchitectureTest::isTimeOrChance))
            .because("with the same clock and the same ids a run comes out the same");

    @ArchTest
    static final ArchRule real_time_is_only_measured_where_it_is_waited_for = noClasses()
            .that(describe("wait in real time", type -> WAIT_IN_REAL_TIME.contains(type.getName())))
            .should()
            .accessTargetWhere(describe(
                    "it is a clock or a source of chance other than System.nanoTime",
                    access -> isTimeOrChance(access)
                            && !access.getTarget().getName().equals("nanoTime")));

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

    @ArchTest
    static final ArchRule public_methods_show_no_internal_type = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(ROOT, CLIENT, API, LOG)
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .doNotHaveFullyQualifiedName(CLIENT + ".Clients") // a host has no engine's wire to make clients of
            .should(showNoInternalType());

    @ArchTest
    static final ArchRule public_fields_show_no_internal_type = fields().that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(ROOT, CLIENT, API, LOG)
            .should(showNoInternalType());

    @ArchTest
    static final ArchRule hot_rooms_use_neither_streams_nor_reflection = noClasses()
            .that()
            .resideInAnyPackage(INTERNAL + "store..", INTERNAL + "pipeline", INTERNAL + "quota")
            .and()
            // They ask the JVM once, before the first table and the first snapshot.
            .doNotHaveFullyQualifiedName(INTERNAL + "store.memory.OffHeapPreflight")
            .and()
            .doNotHaveFullyQualifiedName(INTERNAL + "store.log.disk.DirectChannel")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.stream..", "java.lang.reflect..")
            .orShould()
            .accessTargetWhere(describe(
                    "it asks a class for its members",
                    access -> access.getTargetOwner().isEquivalentTo(Class.class)
                            && (access.getTarget().getName().startsWith("getDeclared")
                                    || Set.of("forName", "getMethod", "getMethods", "getField", "getConstructor")
                                            .contains(access.getTarget().getName()))));

    @ArchTest
    static final ArchRule logs_never_throw = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(INTERNAL + "base.Log")
            .should()
            .accessTargetWhere(describe(
                    "it makes a logger",
                    access -> access.getTargetOwner().isEquivalentTo(System.class)
                            && access.getTarget().getName().equals("getLogger")))
            .because("a handler of the host's that throws would end a thread of the engine: Log.of makes loggers");

    @ArchTest
    static final ArchRule threads_are_known_to_be_the_engines_own = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(INTERNAL + "base.EngineThread")
            .and()
            .doNotHaveFullyQualifiedName(INTERNAL + "settings.EngineExecutors")
            .should()
            .accessTargetWhere(describe(
                    "it makes a thread",
                    access -> access.getTargetOwner().isEquivalentTo(Thread.class)
                            && access.getTarget().getName().equals("<init>")))
            .because("a call that waits has to be refused on a thread for which others wait: EngineThread is one");

    /** A type is seen by other rooms if it is public with all types around it. Anonymous and local ones do not count. */
    @ArchTest
    static void most_types_of_rooms_are_seen_by_their_room_only(JavaClasses house) {
        List<JavaClass> types = house.stream()
                .filter(type -> type.getName().startsWith(INTERNAL))
                .filter(type -> !type.getPackageName().startsWith(INTERNAL + "base"))
                .filter(type -> !type.isAnonymousClass() && !type.isLocalClass())
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .toList();
        long hidden = types.stream().filter(type -> !isSeenByOtherRooms(type)).count();
        assertThat(100.0 * hidden / types.size())
                .as("percent of " + types.size() + " types that only their room sees; make a type public if another"
                        + " room needs it, and not before")
                .isGreaterThan(HIDDEN_PERCENT_MIN);
    }

    @ArchTest
    static final ArchRule nothing_is_printed = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    private static boolean isSeenByOtherRooms(JavaClass type) {
        return type.getModifiers().contains(PUBLIC)
                && type.getEnclosingClass()
                        .map(ArchitectureTest::isSeenByOtherRooms)
                        .orElse(true);
    }

    private static ArchRule downwardsOnly() {
        LayeredArchitecture house = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .ensureAllClassesAreContainedInArchitecture();
        for (Floor floor : FLOORS) {
            house = house.layer(floor.name).definedBy(floor.packages.toArray(String[]::new));
        }
        List<String> below = new ArrayList<>();
        for (int i = FLOORS.size() - 1; i >= 0; i--) {
            String name = FLOORS.get(i).name;
            house = below.isEmpty()
                    ? house.whereLayer(name).mayNotAccessAnyLayer()
                    : house.whereLayer(name).mayOnlyAccessLayers(below.toArray(String[]::new));
            below.add(name);
        }
        return house;
    }

    private static ArchRule neighboursAreApart(String floorName) {
        Set<String> rooms = FLOORS.stream()
                .filter(floor -> floor.name.equals(floorName))
                .findFirst()
                .orElseThrow()
                .packages;
        return slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public String getDescription() {
                        return "the rooms of the floor " + floorName;
                    }

                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return rooms.contains(type.getPackageName())
                                ? SliceIdentifier.of(type.getPackageName().substring(INTERNAL.length()))
                                : SliceIdentifier.ignore();
                    }
                })
                .should()
                .notDependOnEachOther();
    }

    private static ArchRule importedBy(String room, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL + room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }

    private static boolean isTimeOrChance(JavaAccess<?> access) {
        String name = access.getTarget().getName();
        return switch (access.getTargetOwner().getName()) {
            case "java.lang.System" -> name.equals("currentTimeMillis") || name.equals("nanoTime");
            case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.time.Clock" -> name.startsWith("system");
            case "java.time.Instant",
                    "java.time.LocalDate",
                    "java.time.LocalDateTime",
                    "java.time.OffsetDateTime",
                    "java.time.ZonedDateTime" -> name.equals("now");
            case "java.util.Random",
                    "java.util.SplittableRandom",
                    "java.util.concurrent.ThreadLocalRandom",
                    "java.security.SecureRandom" -> true;
            default -> false;
        };
    }

    private static ArchCondition<JavaMember> showNoInternalType() {
        return new ArchCondition<>("show no type of an internal room") {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                for (JavaType shown : shown(member)) {
                    for (JavaClass type : shown.getAllInvolvedRawTypes()) {
                        if (type.getName().startsWith(INTERNAL)) {
                            events.add(SimpleConditionEvent.violated(
                                    member, member.getFullName() + " shows " + type.getName()));
                        }
                    }
                }
            }
        };
    }

    private static List<JavaType> shown(JavaMember member) {
        List<JavaType> shown = new ArrayList<>();
        if (member instanceof JavaField field) {
            shown.add(field.getType());
        } else if (member instanceof JavaMethod method) {
            shown.add(method.getReturnType());
        }
        if (member instanceof JavaCodeUnit unit) {
            shown.addAll(unit.getParameterTypes());
        }
        return shown;
    }

    private static Set<String> packages(Set<String> rooms) {
        Set<String> packages = new TreeSet<>();
        for (String room : rooms) {
            packages.add(INTERNAL + room);
        }
        return packages;
    }

    /** Rooms that stand side by side. */
    private record Floor(String name, Set<String> packages) {
        static Floor of(String name, String... rooms) {
            return new Floor(name, ArchitectureTest.packages(Set.of(rooms)));
        }
    }
}
