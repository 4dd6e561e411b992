"""Every question about feedback, answered in the words of the journey in force."""
