"""Other processes for the tests of topics: children.py WHAT URL TOPIC ARGUMENT."""

import sys
import time

from connectors.topics import Message, open_topics


def append(url: str, topic: str, name: str) -> None:
    """40 appends of 5 records each, numbered."""
    topics = open_topics(url)
    for number in range(40):
        topics.append(topic, [Message(name.encode(), b"%d" % (5 * number + place)) for place in range(5)])
    topics.close()


def hold(url: str, topic: str, group: str) -> None:
    """Holds a group, and says so on a line, until it is killed."""
    topics = open_topics(url)
    with topics.lease(group, topic):
        print("held", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    {"append": append, "hold": hold}[sys.argv[1]](*sys.argv[2:])
