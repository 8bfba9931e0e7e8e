"""Mails as servers send them back: by Postfix, Exchange and a mailbox provider's feedback loop."""

_POSTFIX = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: hello@north.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4Sx/mx.example.org"
Message-Id: <20261121090000.4Sx@mx.example.org>

This is a MIME-encapsulated message.

--4Sx/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<bob@example.com>: host mail.example.com[192.0.2.7] said: {code} {status}
    <bob@example.com>: Recipient address rejected (in reply to RCPT TO command)

--4Sx/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4Sx
Arrival-Date: Sat, 21 Nov 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; bob@example.com
Original-Recipient: rfc822;bob@example.com
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; {code} {status}
    <bob@example.com>: Recipient address rejected

--4Sx/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: North <hello@north.test>
To: bob@example.com
Subject: Booked
Message-ID: {message_id}

See you.
--4Sx/mx.example.org--
"""

_EXCHANGE = """\
From: postmaster@example.com
To: hello@north.test
Subject: Undeliverable: Booked
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_"

--_000_
Content-Type: multipart/alternative; boundary="_001_"

--_001_
Content-Type: text/html; charset="utf-8"

<p>Your message couldn't be delivered.</p>
--_001_--

--_000_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.example.com

Final-recipient: RFC822;bob@example.com
Action: FAILED
Status: 5.2.2
Diagnostic-code: smtp;552 5.2.2 mailbox full

--_000_
Content-Type: text/rfc822-headers

From: North <hello@north.test>
Message-ID:
 {message_id}

--_000_--
"""

_COMPLAINT = """\
From: <fbl@example.com>
To: hello@north.test
Subject: FW: Booked
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an abuse report.
--part
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1

--part
Content-Type: message/rfc822
Content-Disposition: inline

From: North <hello@north.test>
Subject: Booked
Message-ID: {message_id}

See you.
--part--
"""


def postfix(message_id: str, *, action: str = "failed", status: str = "5.1.1", code: int = 550) -> bytes:
    return _wired(_POSTFIX.format(message_id=message_id, action=action, status=status, code=code))


def exchange(message_id: str) -> bytes:
    return _wired(_EXCHANGE.format(message_id=message_id))


def complaint(message_id: str, *, feedback: str = "abuse") -> bytes:
    return _wired(_COMPLAINT.format(message_id=message_id, feedback=feedback))


def _wired(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
