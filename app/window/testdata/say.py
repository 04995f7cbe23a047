"""Prints what a screen reader would say of one window: names and texts, one per line.

The one argument is the window's title. Nothing is printed while the window is not there.
"""

import sys

import pyatspi


def said(node):
    if node is None:
        return
    if node.name:
        yield node.name
    try:
        yield node.queryText().getText(0, -1)
    except NotImplementedError:
        pass  # not every node has a text of its own
    for child in node:
        yield from said(child)


for application in pyatspi.Registry.getDesktop(0):
    for window in application or ():
        if window is not None and window.name == sys.argv[1]:
            print("\n".join(said(window)))
