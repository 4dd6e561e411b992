"""What each label means, in words, for code that compares texts with labels by their meaning.

``docs/codebook.md`` has the same words for people; a test ensures that the two agree.
"""

from collections.abc import Mapping
from typing import Final

from nlp.labels import Head

DESCRIPTIONS: Final[Mapping[Head, Mapping[str, str]]] = {
    "sentiment": {
        "negative": "unhappy, a problem, a criticism, also when politely put or ironic "
        '("great, another crash")',
        "neutral": "facts, plain questions and requests without a judgement, balanced statements",
        "positive": "happy, praise, thanks for something done, a recommendation",
    },
    "stage": {
        "awareness": "discovers the brand or the need: ad, search, social post, hearing of it, "
        "first impression",
        "consideration": "looks for, compares, asks before buying: options, product information, "
        "price research, demo, trial",
        "purchase": "acquires: order, cart, checkout, booking, contract, payment at the time of "
        "buying, in-store purchase",
        "onboarding": "gets it and gets started: delivery, pick-up, check-in, installation, "
        "account set-up, activation, first use, training",
        "usage": "uses the product or service: quality, features, reliability, food, room, "
        "flight, everyday use",
        "support": "has a problem handled: contact with support, complaint handling, returns, "
        "refunds, repairs, warranty",
        "renewal": "weighs going on: renewal, upgrade, downgrade, cancelling, switching, loyalty, "
        "repeat purchase, price rise",
        "advocacy": "speaks to others about it: recommends, refers, warns others, public thanks",
        "none": 'no stage can be told ("ok", "n/a", a bare greeting, an opinion on the company '
        "at large)",
    },
    "touchpoint": {
        "advertising": "ads, campaigns, offers as advertised, influencers paid by the brand",
        "social_media": "the brand's own presence on social networks",
        "word_of_mouth": "friends, family, other customers, reviews and ratings, reputation",
        "website": "the web site or web shop: search, navigation, content, speed, log-in on the "
        "web",
        "mobile_app": "the phone or tablet app",
        "store": "a physical place and its people: shop, branch, restaurant, hotel, airport, "
        "clinic",
        "sales": "sales people, consultations, quotes, demos, pre-sales answers",
        "checkout": "placing the order and paying: cart, booking step, card, voucher code, "
        "payment error",
        "pricing": "price, value for money, fees and plans as a judgement on what it costs",
        "billing": "invoices, charges on the account, direct debit, statements, wrong or double "
        "charges",
        "delivery": "shipping, courier, tracking, packaging, pick-up, order completeness (also a "
        "baggage delivery)",
        "onboarding": "account opening, activation, verification, installation, set-up, manuals, "
        "training",
        "product": "the product or service itself: quality, features, performance, food, room, "
        "flight, software that is not a web site or a phone app",
        "support": "customer service by any channel: phone, chat, e-mail, ticket, complaint desk",
        "messages": "what the brand sends: e-mails, SMS, notifications, newsletters, order updates",
        "returns": "returns, refunds, exchanges, warranty and repair",
        "loyalty": "membership, points, subscription terms, renewal and cancellation process",
        "none": "none can be told",
    },
    "emotion": {
        "anger": "blames or insults",
        "frustration": "is stuck or meets the same failure again",
        "disappointment": "gets less than expected",
        "confusion": "does not understand what happens or what to do",
        "worry": "is afraid of what may come",
        "satisfaction": 'mild ("works fine", a plain "great" or "good")',
        "delight": 'strong ("absolutely love it", "excellent", "perfect")',
        "gratitude": "thanks, explicitly",
        "neutral": "none shown",
    },
    "intent": {
        "praise": "says what is good",
        "complaint": "says what is bad",
        "suggestion": "says what should be changed or added",
        "question": "wants to know something",
        "request": 'wants something done ("please cancel my order")',
        "churn": "says they leave, cancel, switch or won't come back",
        "statement": "tells facts, none of these",
    },
    "severity": {
        "0": "none (also all praise and neutral)",
        "1": "minor annoyance",
        "2": "major problem (task failed, much time lost, poor core quality)",
        "3": "critical (money lost or wrongly charged, can't use it at all, safety, privacy, "
        "discrimination, legal threat, leaving over it)",
    },
}
