"""The help: theory, each instrument and experiment, lessons; and the way from a control to its paragraph."""
