"""Inviting people into the tenant: a mail with which they set their own password."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages import success, warning
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from accounts.access.models import AccountMail
from accounts.links import LIFETIMES
from accounts.models import User
from accounts.rules import Invitation, MailPurpose, invitation_status
from accounts.services.plan_account_mail import invite


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    email = forms.EmailField(widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(
        required=False, max_length=200, widget=UnfoldAdminTextInputWidget, help_text="They may change it."
    )
    is_staff = forms.BooleanField(
        label="May sign in to the admin", required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = User
        fields = ("email", "name", "is_staff")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError("Somebody signs in with this address already.")
        return email


class Invites(admin.ModelAdmin):  # type: ignore[type-arg]
    """Of the users' admin: 'add' means 'invite', and each user's invitation has a state."""

    actions = ("invite_again",)
    actions_list: ClassVar = ["invite"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        last = AccountMail.objects.filter(user=OuterRef("pk"), purpose=MailPurpose.INVITATION).order_by("-created_at")
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(invited_at=Subquery(last.values(at=Coalesce("sent_at", "created_at"))[:1]))

    @action(description="Invite", icon="mail", url_path="invite", permissions=["add"])
    def invite(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        return redirect("admin:accounts_user_add")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return super().add_view(
            request, form_url, {"title": "Invite somebody", "show_save_and_continue": False, **(extra_context or {})}
        )

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            invite(user=obj, now=timezone.now())

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        success(request, f"{obj.email} is invited. The mail leaves within seconds; its link works for 7 days.")
        return redirect("admin:accounts_user_changelist")

    @display(
        description="Invitation",
        label={"Invited": "info", "Expired": "warning", "Accepted": "success", "Failed": "danger"},
    )
    def shown_invitation(self, user: User) -> str:
        status = invitation_status(
            has_password=user.has_usable_password(),
            invited_at=user.invited_at,  # type: ignore[attr-defined]
            lifetime=LIFETIMES[MailPurpose.INVITATION],
            now=timezone.now(),
        )
        return "" if status is Invitation.NONE else status.value.capitalize()

    def has_invite_again_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @admin.action(description="Send the invitation again", permissions=["invite_again"])
    def invite_again(self, request: HttpRequest, users: QuerySet[User]) -> None:
        waiting = [user for user in users if user.is_active and not user.has_usable_password()]
        for user in waiting:
            invite(user=user, now=timezone.now())
        if waiting:
            success(request, f"Sent again to {len(waiting)}.")
        if len(waiting) < users.count():
            warning(request, "Who has set a password needs no invitation: 'Forgot password?' is for them.")
