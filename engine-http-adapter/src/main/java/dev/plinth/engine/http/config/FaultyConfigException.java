package dev.plinth.engine.http.config;

import java.util.List;
import java.util.stream.Collectors;

/** All faults of the settings of a program. */
public final class FaultyConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Fault> faults;

    /** Makes the exception. */
    public FaultyConfigException(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** Returns the faults, those of a file in the order of its lines. */
    public List<Fault> faults() {
        return faults;
    }
}
