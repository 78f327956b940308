"""A message as a mail, over SMTP with STARTTLS."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import TYPE_CHECKING

from digest.alerts.message import Message
from digest.errors import AlertError

if TYPE_CHECKING:
    from digest.alerts.channels import Smtp

SECONDS = 20.0


def send_mail(message: Message, smtp: Smtp, password: str, seconds: float = SECONDS) -> None:
    """Send one mail to all receivers.

    Raises:
        AlertError: the server does not answer, does not offer TLS, or refuses the mail or one of
            its receivers; says which.
    """
    where = f"{smtp.host}:{smtp.port}"
    try:
        with smtplib.SMTP(smtp.host, smtp.port, timeout=seconds) as server:
            if smtp.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if smtp.user:
                server.login(smtp.user, password)
            refused = server.send_message(_mail(message, smtp))
    except smtplib.SMTPNotSupportedError:
        raise AlertError(
            f"the mail server {where} offers no STARTTLS: set tls to none only if the way "
            "there is safe"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"the mail server {where} took no mail ({_reason(error)})") from None
    if refused:
        raise AlertError(f"the mail server {where} refused {', '.join(sorted(refused))}")


def _mail(message: Message, smtp: Smtp) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.subject, smtp.sender, ", ".join(smtp.to)
    mail["Auto-Submitted"] = "auto-generated"  # no answers of machines to machines
    mail.set_content(message.text)
    return mail


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return f"{error.smtp_code} {words}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refuses every receiver"
    return str(error) or type(error).__name__
