"""For each line, a codec of Python's, tells the octets of every character that it has, in hexadecimal."""

import json
import sys

for line in sys.stdin:
    codec = line.strip()
    found = {}
    for code in [*range(0x80, 0xD800), *range(0xE000, 0x10000)]:
        try:
            octets = chr(code).encode(codec)
            if octets.decode(codec) == chr(code):
                found[code] = octets.hex()
        except UnicodeError:
            pass
    print(json.dumps(found), flush=True)
