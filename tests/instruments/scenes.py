"""What must be so on a bench before a knob can act: by (instrument, setting) or (bench, instrument, setting)."""

SCENES = {
    ("lockin", "internal_frequency"): lambda bench: bench.lockin.write("reference_source", "internal"),
    ("lockin", "buffer_rate"): lambda bench: bench.lockin.act("start_buffer"),
    ("lockin", "synchronous_filter"): lambda bench: (bench.lockin.write("reference_source", "internal"),
                                                     bench.lockin.write("internal_frequency", 17.0)),
    ("lockin", "oscillator_amplitude"): lambda bench: bench.connect("lockin.oscillator", "lockin.signal"),
    ("lockin", "line_frequency"): lambda bench: bench.lockin.write("line_filter", "both"),
    ("lockin", "buffer_clock"): lambda bench: (bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
    ("lockin", "buffer_length"): lambda bench: (bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
    ("lockin", "buffer_mode"): lambda bench: (bench.lockin.write("buffer_length", 2.0),
                                              bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
}
