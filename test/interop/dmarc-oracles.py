"""What authheaders and OpenDMARC say about mails: reads a JSON array of {zone, ip, hello, from, mail}, prints one of pairs.

A mail is base64. SPF is by pyspf, DKIM by dkimpy, with the same zone. Both know the list of public suffixes, and no walk.
The results are words: "pass", "none", "fail" with the policy, "temperror", "permerror". OpenDMARC is its library with the
DNS that its own tests use: that has one record for a name, and never fails, so what has more is null.
"""

import base64
import ctypes
import email
import email.utils
import functools
import json
import sys

import authheaders
import dkim
import dns.exception
import dns.resolver
import pyspf
import spf
from authheaders import dmarc_lookup
from authres import SPFAuthenticationResult

SUFFIXES = dmarc_lookup.get_suffix_list_file_name()
# It would read the list for each domain.
with open(SUFFIXES, encoding="utf-8") as file:
    LIST = dmarc_lookup.PublicSuffixList(file)
dmarc_lookup.get_org_domain = authheaders.get_org_domain = functools.lru_cache(None)(LIST.get_public_suffix)


def query(name, qtype):
    records = pyspf.zone.get(name.lower().rstrip("."))
    if records is None:
        raise dns.resolver.NXDOMAIN
    values = "temporary" if records == "temporary" else records.get(qtype.upper())
    if values == "temporary":
        raise dns.exception.Timeout
    if not values:
        raise dns.resolver.NoAnswer
    return ['"' + str(value) + '"' for value in values]


dmarc_lookup.query = query


def key(name, timeout=5):
    try:
        return query(name.decode(), "TXT")[0].strip('"').encode()
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None


def by_authheaders(mail, spf_result, sender):
    checked = SPFAuthenticationResult(result=spf_result, smtp_mailfrom=sender)
    try:
        verdict = authheaders.check_dmarc(mail, checked, authheaders.check_dkim(mail, dnsfunc=key))
    except dns.exception.Timeout:
        return "temperror"
    except IndexError:  # it forgets the sender after the first author
        return "crash"
    return f"fail {verdict.policy}" if verdict.result == "fail" else verdict.result


class Library(ctypes.Structure):
    _fields_ = [
        ("tld_type", ctypes.c_int),
        ("tld_source_file", ctypes.c_char * 4096),
        ("nscount", ctypes.c_int),
        ("nsaddr_list", ctypes.c_char * 48),
    ]


opendmarc = ctypes.CDLL("libopendmarc.so.2")
opendmarc.opendmarc_policy_connect_init.restype = ctypes.c_void_p
MOZILLA = 1
if opendmarc.opendmarc_policy_library_init(ctypes.byref(Library(MOZILLA, SUFFIXES.encode()))) != 0:
    raise SystemExit("OpenDMARC cannot read the list of public suffixes")
OUTCOMES = {"pass": 1, "fail": 2, "softfail": 2, "permerror": 2, "temperror": 3}
MAILFROM = 1
STATUS = {2: "permerror", 3: "permerror", 4: "permerror", 5: "permerror", 9: "none", 11: "temperror", 14: "none"}
POLICY = {15: "pass", 16: "fail reject", 17: "fail quarantine", 18: "fail none", **STATUS}


def signatures(mail):
    for index, field in enumerate(email.message_from_bytes(mail).get_all("DKIM-Signature", [])):
        tags = dict(part.strip().split("=", 1) for part in field.split(";") if "=" in part)
        try:
            result = "pass" if dkim.DKIM(mail).verify(index, dnsfunc=key) else "fail"
        except dns.exception.Timeout:
            result = "temperror"
        except dkim.DKIMException:
            result = "fail"
        yield tags["d"], tags["s"], result


def by_opendmarc(mail, spf_result, sender):
    for name, records in pyspf.zone.items():
        if not name.startswith("_dmarc."):
            continue
        if records == "temporary" or records["TXT"] == "temporary" or len(records["TXT"]) > 1:
            return None
        opendmarc.opendmarc_dns_fake_record(name.encode(), records["TXT"][0].encode())
    author = email.utils.getaddresses(email.message_from_bytes(mail).get_all("From"))[0][1]
    context = ctypes.c_void_p(opendmarc.opendmarc_policy_connect_init(b"192.0.2.1", 4))
    domain = author.rpartition("@")[2].lower().encode()
    opendmarc.opendmarc_policy_store_from_domain(context, domain)
    opendmarc.opendmarc_policy_store_spf(
        context, sender.rpartition("@")[2].encode(), OUTCOMES.get(spf_result, 0), MAILFROM, None
    )
    for signer, selector, result in signatures(mail):
        opendmarc.opendmarc_policy_store_dkim(context, signer.encode(), selector.encode(), OUTCOMES[result], None)
    status = opendmarc.opendmarc_policy_query_dmarc(context, domain)
    if status == 0:
        status = opendmarc.opendmarc_get_policy_to_enforce(context)
        word = POLICY[status]
    else:
        word = STATUS[status]
    opendmarc.opendmarc_policy_connect_shutdown(context)
    return word


def main():
    # Its DNS of tests is off as long as it is empty.
    opendmarc.opendmarc_dns_fake_record(b"nothing.invalid", b"nothing")
    results = []
    for case in json.load(sys.stdin):
        pyspf.zone = case["zone"]
        mail = base64.b64decode(case["mail"])
        # RFC 7208 2.4: the null sender counts as postmaster of the client's name.
        sender = case["from"] or "postmaster@" + case["hello"]
        spf_result = spf.check2(case["ip"], case["from"], case["hello"])[0]
        results.append([by_authheaders(mail, spf_result, sender), by_opendmarc(mail, spf_result, sender)])
    json.dump(results, sys.stdout)


main()
