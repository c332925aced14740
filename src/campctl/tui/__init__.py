"""The live board in Textual: it shows the pictures it is handed and sends intents; it holds no rules of telephony."""
