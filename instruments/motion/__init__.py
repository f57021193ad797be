"""What moves: delay stage and sample holder."""
