"""Everything on a bundled sample wire: agencies, persons and events are invented, what runs is the real thing.

wire     the stories, as feeds and files in two states: what is served first, and what later (in data/)
server   serves the feeds over HTTP on a loopback port
folder   the work folder, and the configuration written into it
play     polls, lets the wire go on, polls again, spoils a record, runs the pipeline
report   reads back what came of it
show     prints that
"""
