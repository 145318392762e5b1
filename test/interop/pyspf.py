"""Checks SPF by pyspf: reads a JSON array of {zone, ip, hello, from}, prints an array of results.

In a zone each name has its records by type, as lists; a type, or a name, may be "temporary".
"""

import json
import socket
import sys

import spf

zone = {}


def lookup(name, qtype, strict=True, timeout=None, level=0):
    records = zone.get(name.lower().rstrip("."), {})
    if records == "temporary" or records.get(qtype) == "temporary":
        raise spf.TempError("DNS timeout")
    for value in records.get(qtype, []):
        if qtype == "AAAA":
            value = socket.inet_pton(socket.AF_INET6, value)
        elif qtype == "TXT":
            value = (value.encode("utf-8"),)
        elif qtype == "MX":
            value = tuple(value)
        yield (name, qtype), value
    alias = records.get("CNAME")
    if alias and qtype != "CNAME" and level == 0:
        yield (name, "CNAME"), alias
        yield from lookup(alias, qtype, strict, timeout, 1)


spf.DNSLookup = lookup


def main():
    global zone
    results = []
    for case in json.load(sys.stdin):
        zone = case["zone"]
        try:
            results.append(spf.check2(case["ip"], case["from"], case["hello"])[0])
        except Exception as error:
            results.append(repr(error))
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
