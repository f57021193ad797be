"""What must be so on a bench before a knob can act: by (instrument, setting) or (bench, instrument, setting)."""

SCENES = {
    ("lockin", "internal_frequency"): lambda bench: bench.lockin.write("reference_source", "internal"),
    ("lockin", "buffer_rate"): lambda bench: bench.lockin.act("start_buffer"),
    ("laser", "drift_amplitude"): lambda bench: bench.laser.write("drift", "on"),
    ("laser", "drift_time"): lambda bench: bench.laser.write("drift", "on"),
    ("lockin", "synchronous_filter"): lambda bench: (bench.lockin.write("reference_source", "internal"),
                                                     bench.lockin.write("internal_frequency", 17.0)),
    ("lockin", "oscillator_amplitude"): lambda bench: bench.connect("lockin.oscillator", "lockin.signal"),
    ("lockin", "line_frequency"): lambda bench: bench.lockin.write("line_filter", "both"),
    ("lockin", "buffer_clock"): lambda bench: (bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
    ("lockin", "buffer_length"): lambda bench: (bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
    ("lockin", "buffer_mode"): lambda bench: (bench.lockin.write("buffer_length", 2.0),
                                              bench.lockin.write("buffer_rate", 512.0), bench.lockin.start_buffer()),
}



def _reopen(bench, name):
    bench.instruments[name].write("shutter", "closed")
    bench.instruments[name].write("shutter", "open")


LATER = {
    ("laser", "opening_time"): lambda bench: _reopen(bench, "laser"),
    ("pump", "opening_time"): lambda bench: _reopen(bench, "pump"),
    ("probe", "opening_time"): lambda bench: _reopen(bench, "probe"),
    ("modulator", "settling_time"): lambda bench: bench.modulator.write("frequency", 12e3),
}
"""What is done on a bench after the knob was turned, so that it can act."""

FAULT_SCENES = {
    ("stage", "stuck_stage"): lambda bench: bench.stage.write("delay", 1e-9),
    ("holder", "stuck_holder"): lambda bench: bench.holder.write("tilt", 0.1),
}
"""What must be asked of an instrument before a fault can spoil data: by (instrument, fault)."""

MONITOR_FAULTS = {("power_meter", "sensor_unplugged"), ("wavemeter", "fibre_out")}
"""Faults of instruments that only look on; a laser that is locked to the wavemeter marks the points itself."""
