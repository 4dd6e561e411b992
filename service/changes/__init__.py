"""What a company changed in the journey, and whether it helped."""
