"""What staff keep besides the survey: forms that they fill in, and the logs."""
