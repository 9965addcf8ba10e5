"""Records that end their process or never end: found by what was in hand, run apart, set aside."""
