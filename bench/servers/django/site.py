"""The same three pages under Django's default middleware, without a database behind its sessions."""

import json
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    SECRET_KEY="a key of a site that lives for a few minutes: 0123456789abcdef",
    ALLOWED_HOSTS=["www.example.com"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).resolve().parents[2] / "site" / "templates"],
        }
    ],
)

ROWS = [
    {
        "id": index + 1,
        "name": f"Person {index + 1} <first & last>",
        "email": f"person{index + 1}@example.com",
        "city": "Zürich" if index % 3 == 0 else "Land's End",
        "amount": index * 37 % 1000,
    }
    for index in range(50)
]


def hello(request):
    return HttpResponse("Hello, world!", content_type="text/plain; charset=utf-8")


@csrf_exempt
def echo(request):
    return JsonResponse(json.loads(request.body))


def page(request):
    return render(request, "page.html", {"title": "People", "rows": ROWS})


urlpatterns = [path("", hello), path("echo", echo), path("page", page)]

application = get_wsgi_application()
