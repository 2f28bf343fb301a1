"""Do people agree with the themes? A sheet to code by hand, and what it says of the shares."""
