"""One folder per telephony system; each speaks one vendor's language and is found through its entry point."""
