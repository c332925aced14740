"""An exchange as flat facts, resources as what they render to, and back; pure: nothing in here asks an Asterisk anything."""
