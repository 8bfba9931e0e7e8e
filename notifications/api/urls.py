from rest_framework.routers import SimpleRouter

from notifications.api.accounts import ChannelAccountViewSet
from notifications.api.delivery_reports import DeliveryReportViewSet
from notifications.api.feeds import CalendarFeedViewSet
from notifications.api.messages import MessageViewSet
from notifications.api.rules import RuleViewSet
from notifications.api.suppressions import SuppressionViewSet
from notifications.api.templates import RuleTemplateViewSet, TemplateViewSet
from notifications.api.viewsets import NotifyViewSet
from notifications.api.webhooks.viewsets import WebhookDeliveryViewSet, WebhookEndpointViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("bookings", NotifyViewSet, basename="booking-notifications")
router.register("notification-rules", RuleViewSet, basename="notification-rules")
router.register("messages", MessageViewSet, basename="message")
router.register("suppressions", SuppressionViewSet, basename="suppression")
router.register("delivery-reports", DeliveryReportViewSet, basename="delivery-report")
router.register("channel-accounts", ChannelAccountViewSet, basename="channel-account")
router.register("notification-rules/<int:rule_id>/templates", RuleTemplateViewSet, basename="rule-template")
router.register("notification-templates", TemplateViewSet, basename="notification-template")
router.register("calendar-feeds", CalendarFeedViewSet, basename="calendar-feed")
router.register("webhook-endpoints", WebhookEndpointViewSet, basename="webhook-endpoint")
router.register("webhook-deliveries", WebhookDeliveryViewSet, basename="webhook-delivery")

urlpatterns = router.urls
