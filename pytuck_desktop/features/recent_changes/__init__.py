"""What was committed to the file lately, and by whom."""
