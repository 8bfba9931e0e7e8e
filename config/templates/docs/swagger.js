"use strict";

{# drf-spectacular's script less its X-CSRFToken: the API knows no cookies, and who copies the curl needs no such header. #}
SwaggerUIBundle({
  url: "{{ schema_url|escapejs }}",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  ...{{ settings|safe }},
});
