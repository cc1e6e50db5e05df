package dev.plinth.engine.internal.store.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The ways in which the files of a closed store are damaged. */
public enum Damage {
    BIT_FLIPPED,
    SECTOR_ZEROED,
    SECTORS_SWAPPED,
    FILE_CUT_OFF,
    SEGMENTS_SWAPPED,
    SEGMENT_DELETED,
    SEGMENT_DUPLICATED,
    /** A record with other content and the right checksums: what a misdirected write or a file of another store leaves. */
    RECORD_FORGED,
    /** The same, and every record behind it in its segment follows it. */
    SEGMENT_FORGED,
    SNAPSHOTS_SWAPPED,
    SNAPSHOT_BIT_FLIPPED,
    SNAPSHOT_CUT_OFF,
    SNAPSHOT_DELETED;

    private static final int SECTOR = 512;

    /** True if the record before the first one that does not fit may be the wrong one. */
    public boolean isForgery() {
        return this == RECORD_FORGED || this == SEGMENT_FORGED;
    }

    /** Which bytes of a file were changed. */
    public record Touched(String file, int from, int to) {}

    /** Damages the contents of a disk somewhere; gives where, and nothing if there is nothing of the kind. */
    public List<Touched> strike(Map<String, byte[]> contents, Random random) {
        List<String> segments = new ArrayList<>();
        List<String> snapshots = new ArrayList<>();
        for (String name : contents.keySet()) {
            if (Segment.numberOf(name) > 0) {
                segments.add(name);
            } else if (Snapshot.sequenceOf(name) >= 0) {
                snapshots.add(name);
            }
        }
        if (name().startsWith("SNAPSHOT") && snapshots.size() < 2
                || (isForgery() || this == SEGMENTS_SWAPPED) && segments.size() < 2) {
            return List.of();
        }
        List<String> all = new ArrayList<>(segments);
        all.addAll(snapshots);
        String any = any(all, random);
        String segment = any(segments, random);
        String snapshot = any(snapshots.isEmpty() ? segments : snapshots, random);
        return switch (this) {
            case BIT_FLIPPED -> flip(contents, any, random);
            case SECTOR_ZEROED -> zero(contents, any, random);
            case SECTORS_SWAPPED -> swapSectors(contents, segment, any(segments, random), random);
            case FILE_CUT_OFF -> cut(contents, any, random);
            case SEGMENTS_SWAPPED -> swap(contents, segment, anyBut(segment, segments, random));
            case SEGMENT_DELETED -> delete(contents, segment);
            case SEGMENT_DUPLICATED -> duplicate(contents, segment, random);
            case RECORD_FORGED, SEGMENT_FORGED -> forge(contents, segments, random);
            case SNAPSHOTS_SWAPPED -> swap(contents, snapshots.get(0), snapshots.get(1));
            case SNAPSHOT_BIT_FLIPPED -> flip(contents, snapshot, random);
            case SNAPSHOT_CUT_OFF -> cut(contents, snapshot, random);
            case SNAPSHOT_DELETED -> delete(contents, snapshot);
        };
    }

    private static List<Touched> flip(Map<String, byte[]> contents, String name, Random random) {
        byte[] bytes = contents.get(name);
        int at = random.nextInt(written(bytes));
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return List.of(new Touched(name, at, at + 1));
    }

    private static List<Touched> zero(Map<String, byte[]> contents, String name, Random random) {
        byte[] bytes = contents.get(name);
        int from = random.nextInt(written(bytes)) / SECTOR * SECTOR;
        int to = Math.min(bytes.length, from + SECTOR);
        Arrays.fill(bytes, from, to, (byte) 0);
        return List.of(new Touched(name, from, to));
    }

    private static List<Touched> swapSectors(Map<String, byte[]> contents, String one, String other, Random random) {
        int from = random.nextInt(written(contents.get(one))) / SECTOR * SECTOR;
        int to = random.nextInt(contents.get(other).length) / SECTOR * SECTOR;
        byte[] first = Arrays.copyOfRange(contents.get(one), from, from + SECTOR);
        System.arraycopy(contents.get(other), to, contents.get(one), from, SECTOR);
        System.arraycopy(first, 0, contents.get(other), to, SECTOR);
        return List.of(new Touched(one, from, from + SECTOR), new Touched(other, to, to + SECTOR));
    }

    private static List<Touched> cut(Map<String, byte[]> contents, String name, Random random) {
        byte[] bytes = contents.get(name);
        int length = random.nextInt(8) == 0 ? 0 : random.nextInt(bytes.length);
        contents.put(name, Arrays.copyOf(bytes, length));
        return List.of(new Touched(name, length, bytes.length));
    }

    private static List<Touched> swap(Map<String, byte[]> contents, String one, String other) {
        byte[] first = contents.get(one);
        contents.put(one, contents.get(other));
        contents.put(other, first);
        return List.of(new Touched(one, 0, 0));
    }

    private static List<Touched> delete(Map<String, byte[]> contents, String name) {
        contents.remove(name);
        return List.of(new Touched(name, 0, 0));
    }

    private static List<Touched> duplicate(Map<String, byte[]> contents, String name, Random random) {
        String copy = Segment.name(Math.max(1, Segment.numberOf(name) + random.nextInt(5) - 2));
        contents.put(copy, contents.get(name).clone());
        return List.of(new Touched(copy, 0, 0));
    }

    /** Forges a record of any segment but the last, whose end nothing could tell from a true one. */
    private List<Touched> forge(Map<String, byte[]> contents, List<String> segments, Random random) {
        String name = segments.get(random.nextInt(segments.size() - 1));
        byte[] bytes = contents.get(name);
        List<SegmentBytes.Place> frames = SegmentBytes.frames(bytes);
        Segment header = Segment.readHeader(ByteBuffer.wrap(bytes), name, bytes.length);
        SegmentBytes.Place frame = frames.get(random.nextInt(frames.size() - 1));
        SegmentBytes.forge(bytes, frame);
        if (this == SEGMENT_FORGED) {
            SegmentBytes.chain(bytes, header.crcBefore());
        }
        return List.of(new Touched(name, frame.from(), frame.to()));
    }

    private static int written(byte[] bytes) {
        int length = bytes.length;
        while (length > 1 && bytes[length - 1] == 0) {
            length--;
        }
        return length;
    }

    private static String anyBut(String one, List<String> names, Random random) {
        String other = any(names, random);
        while (other.equals(one)) {
            other = any(names, random);
        }
        return other;
    }

    private static String any(List<String> names, Random random) {
        return names.get(random.nextInt(names.size()));
    }
}
