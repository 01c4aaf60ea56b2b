"""An SMTP server for the tests: smtp_server.py OPTIONS, a JSON object.

encryption: "none", "starttls" or "tls"; certificate, key: PEM files; login: [user, password], then nothing goes without
it; refused: addresses that it does not take; answer: replies in place of the usual ones, by command ("RCPT", "DATA").

Prints {"port": n} once it listens, then each message that it takes, as lines of JSON.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

OPTIONS = json.loads(sys.argv[1])
ENCRYPTION = OPTIONS.get("encryption", "none")


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = OPTIONS.get("answer", {}).get("MAIL")
        if answer:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in OPTIONS.get("refused", []):
            return "550 5.1.1 <%s> is unknown" % address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = OPTIONS.get("answer", {}).get("DATA")
        if answer:
            return answer
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "encrypted": ENCRYPTION == "tls" or session.ssl is not None,
                "logged_in": bool(session.authenticated),
                "headers": {name.lower(): str(value) for name, value in message.items()},
                "ascii": envelope.content.isascii(),
                "text": message.get_content(),
            }
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    user, password = OPTIONS["login"]
    right = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=right, handled=False)


def tls():
    if ENCRYPTION == "none":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(OPTIONS["certificate"], OPTIONS["key"])
    return context


async def serve():
    context = tls()
    starttls = ENCRYPTION == "starttls"
    login = "login" in OPTIONS

    def factory():
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=authenticate if login else None,
            auth_required=login,
            auth_require_tls=starttls,
            # Offered by default, whoever knows users or not.
            auth_exclude_mechanism=None if login else ["LOGIN", "PLAIN"],
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if ENCRYPTION == "tls" else None)
    say({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


asyncio.run(serve())
