"""What a save would write, to be looked at before."""
