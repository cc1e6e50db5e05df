package dev.plinth.engine.http.hostile;

import dev.plinth.engine.TestScale;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The attacks, and which of them a run makes. */
enum AttackSuite {
    CALM(NoAttack::new),
    KEY_IN_MANY_SPELLINGS(KeyInManySpellings::new),
    BODIES_OF_STRANGERS(BodiesOfStrangers::new),
    DELIVERIES_TO_DISABLED_ENDPOINTS(DeliveriesToDisabledEndpoints::new),
    PIECES_OF_BULK_JOBS(PiecesOfBulkJobs::new),
    ATTEMPTS_OF_A_FAILING_RECEIVER(AttemptsOfAFailingReceiver::new),
    RESOURCES_OF_MANY_BYTES(ResourcesOfManyBytes::new),
    KEYS_CREATED_AND_REVOKED(KeysCreatedAndRevoked::new),
    REMEMBERED_ANSWERS(RememberedAnswers::new),
    BULK_INTO_HEAP_TABLES(BulkIntoHeapTables::new),
    PAGES_OF_LARGE_RESULTS(PagesOfLargeResults::new),
    PAGES_NOT_READ(PagesNotRead::new),
    DELIVERY_RESENT_OFTEN(DeliveryResentOften::new),
    BULK_OF_NUMBERS(BulkOfNumbers::new),
    STREAMS_READ_SLOWLY(StreamsReadSlowly::new),
    HELD_DELIVERIES_RELEASED(HeldDeliveriesReleased::new),
    RECEIVERS_THAT_HANG(ReceiversThatHang::new),
    FLOOD_OF_A_THIRD_PARTY(FloodOfAThirdParty::new),
    TEST_CALLS_HELD_UP(TestCallsHeldUp::new),
    LEASES_WITHOUT_END(LeasesWithoutEnd::new),
    PROGRESS_WITHOUT_END(ProgressWithoutEnd::new),
    LONG_POLLS_OF_MANY_TYPES(LongPollsOfManyTypes::new),
    KEY_THAT_TAKES_OVER(KeyThatTakesOver::new),
    SHARES_THAT_NOBODY_ASKED_FOR(SharesThatNobodyAskedFor::new),
    IDLE_CONNECTIONS(IdleConnections::new),
    IDLE_CONNECTIONS_OF_MANY_ADDRESSES(IdleConnectionsOfManyAddresses::new),
    UNFINISHED_HEADERS(UnfinishedHeaders::new),
    DOCUMENTS_NOT_READ(DocumentsNotRead::new),
    GUESSED_CREDENTIALS(GuessedCredentials::new),
    HANDSHAKES_OF_STRANGERS(HandshakesOfStrangers::new);

    /** Names, separated by commas, of the attacks to make, or {@code all}. */
    private static final String ASKED = System.getProperty("plinth.test.hostile", "");

    /** The same for the whole process, so that a second try repeats the first one. */
    private static final long DRAWN = TestScale.seed();

    private final Supplier<Attack> attack;

    AttackSuite(Supplier<Attack> attack) {
        this.attack = attack;
    }

    Attack attack() {
        return attack.get();
    }

    /**
     * Returns those of this run: what was asked for, else in {@code short} the calm alone, in {@code ci} it and every
     * second of the others, by chance the odd or the even ones, and otherwise all.
     */
    static Stream<AttackSuite> ofThisRun() {
        if (ASKED.equals("all")) {
            return Stream.of(values());
        }
        if (!ASKED.isEmpty()) {
            List<String> names = List.of(ASKED.toUpperCase(Locale.ROOT).split(","));
            return names.stream().map(AttackSuite::valueOf);
        }
        return Stream.of(values())
                .filter(suite -> TestScale.isLong()
                        || suite == CALM
                        || !TestScale.isShort() && (suite.ordinal() + DRAWN) % 2 == 0);
    }
}
