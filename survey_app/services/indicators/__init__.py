"""What is known of an indicator: numbers and coded evidence side by side, year by year."""
