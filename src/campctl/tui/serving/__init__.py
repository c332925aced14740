"""`top --serve`: the board in a browser.

A small web server (aiohttp) hands out a page with a terminal in it (textual-serve's xterm.js) to whoever has the token, and starts a
process of its own for each page that is opened: the board, speaking textual-serve's packets over its standard input and output. Nothing
is loaded from anywhere else, no shell is asked for anything.
"""
