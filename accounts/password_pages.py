"""The pages behind 'Forgot password?' and behind the links of mails."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from accounts.attempts import take_attempt
from accounts.links import user_of
from accounts.models import User
from accounts.pages import Page, house_of
from accounts.rules import MailPurpose
from accounts.services.plan_account_mail import forgot_password
from tenants.audit.signing import sign


class ForgotForm(forms.Form):
    email = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )


class ForgotView(Page, FormView):  # type: ignore[type-arg]
    """The same answer after the same work, whether anybody has the address or not."""

    template_name = "accounts/forgot.html"
    form_class = ForgotForm

    def form_valid(self, form: ForgotForm) -> HttpResponse:
        take_attempt(self.request, account=form.cleaned_data["email"], action="reset")
        forgot_password(address=form.cleaned_data["email"], now=timezone.now())
        return redirect("forgot-sent")


class ForgotSentView(Page, TemplateView):
    template_name = "accounts/forgot_sent.html"


class PasswordSetView(Page, TemplateView):
    template_name = "accounts/password_set.html"


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LinkView(Page, FormView):  # type: ignore[type-arg]
    """A GET changes nothing but the session, into which it moves the link's token: the programs that look into
    mails follow links, and the address with the token is not left in the browser's history."""

    template_name = "accounts/set_password.html"
    form_class = SetPasswordForm
    purpose: ClassVar[MailPurpose]
    texts: ClassVar[dict[str, str]]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "token" in request.GET:
            token = request.GET["token"][:1000].replace("\0", "")
            # Or anybody could fill the table of sessions.
            if user_of(token, purpose=self.purpose) is None:
                return self._dead()
            request.session[self._key] = token
            # The page that it leads to has no token in its address, which could be told to anybody.
            return HttpResponseRedirect(request.path)
        if self._person() is None:
            return self._dead()
        return super().get(request, *args, **kwargs)

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Locked: of two who use the link at once, the second finds it used.
        person = self._person(lock=True)
        if person is None:
            return self._dead()
        # Who has the link is who the mail went to, signed in or not.
        sign(actor=f"user:{person.pk}", request_id=getattr(request, "request_id", ""))
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.person}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, **self.texts, **context)

    def form_valid(self, form: Any) -> HttpResponse:
        form.save()
        del self.request.session[self._key]
        return redirect("password-set")

    def _person(self, *, lock: bool = False) -> User | None:
        self.person = user_of(self.request.session.get(self._key, ""), purpose=self.purpose, lock=lock)
        return self.person

    @property
    def _key(self) -> str:
        return f"link:{self.purpose}"

    def _dead(self) -> HttpResponse:
        context = {"house": house_of(self.request), "is_invitation": self.purpose is MailPurpose.INVITATION}
        return TemplateResponse(self.request, "accounts/link_dead.html", context, status=404)


class ResetView(LinkView):
    purpose = MailPurpose.PASSWORD_RESET
    texts: ClassVar = {"heading": "Set a new password", "button": "Set password"}


class InvitationForm(SetPasswordForm):  # type: ignore[type-arg]
    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "new_password1", "new_password2")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(user, *args, **options)
        self.fields["name"].initial = user.name

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's
        self.user.name = self.cleaned_data["name"]
        saved: User = super().save(commit)
        return saved


class InvitationView(LinkView):
    purpose = MailPurpose.INVITATION
    form_class = InvitationForm
    texts: ClassVar = {"heading": "Welcome", "button": "Set password and sign in"}

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.save()
        del self.request.session[self._key]
        login(self.request, user)
        return redirect("admin:index" if user.is_staff else "account")
