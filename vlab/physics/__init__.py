"""Nature as pure functions on plain numbers: SI floats in, SI floats out; angular frequencies in rad/s."""
