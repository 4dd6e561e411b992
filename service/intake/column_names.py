"""Names of columns: synonyms of our fields in the headers of exports, as data."""

import re
import unicodedata
from typing import Final, Literal

Target = Literal[
    "text",
    "subject",
    "question",
    "rating",
    "occurred_at",
    "external_id",
    "customer",
    "channel",
    "language",
    "stage",
    "touchpoint",
    "source",
    "priority",
    "status",
]

# The first of several that are present is used: a "Response" may be the agent's.
SYNONYMS: Final[dict[Target, str]] = {
    "text": "customer comment, review text, review body, ticket description, text, comment, "
    "comments, feedback, verbatim, verbatims, review, open text, free text, content, body, "
    "description, details, message, answer, response, kommentar, kommentare, bewertungstext, "
    "rezension, freitext, beschreibung, nachricht, antwort, commentaire, commentaires, avis, "
    "texte, reponse, comentario do cliente, comentario, comentarios, opinion, resena, avaliacao, "
    "texto, mensaje, respuesta, resposta, commento, commenti, recensione, testo, risposta, "
    "opmerking, opmerkingen, beoordeling, reactie, komentarz, opinia, tresc, kommentti, yorum, "
    "комментарий, отзыв, текст, コメント, 感想, 评论, 评价, 意见, 댓글, 후기",
    "subject": "subject, title, review title, headline, summary, ticket subject, betreff, titel, "
    "titre, objet, sujet, asunto, titulo, oggetto, titolo, assunto, onderwerp, temat, тема, 件名, "
    "标题",
    "question": "question, question text, survey question, frage, pregunta, domanda, pergunta, "
    "vraag, pytanie, вопрос, 質問, 问题",
    "rating": "rating, score, stars, star rating, nps, nps score, csat, csat score, ces, ces score,"
    " satisfaction, satisfaction rating, grade, points, bewertung, punkte, sterne, note, etoiles, "
    "puntuacion, calificacion, estrellas, valoracion, voto, punteggio, stelle, nota, "
    "pontuacao, estrelas, score nps, cijfer, sterren, ocena, gwiazdki, arvosana, betyg, puan, "
    "оценка, рейтинг, 評価, 点数, 评分, 星级, 평점",
    "occurred_at": "date, timestamp, time, datetime, created, created at, created on, submitted, "
    "submitted at, submit date, submission date, response date, review date, occurred at, "
    "start date, end date, completed at, date created, updated at, datum, zeitstempel, erstellt, "
    "erstellt am, eingegangen am, zeitpunkt, horodateur, cree le, fecha, marca temporal, "
    "fecha de creacion, data, data creazione, informazioni cronologiche, data de criacao, "
    "carimbo de data hora, tijdstempel, data utworzenia, sygnatura czasowa, дата, отметка времени, "
    "日付, タイムスタンプ, 日期, 时间, 날짜",
    "external_id": "id, external id, response id, submission id, review id, ticket id, survey id, "
    "record id, uuid, respondent id, responseid, ticket number, antwort id, bewertungs id, "
    "identifiant, identificador, numero, номер, 編號, 编号",
    "customer": "customer, customer id, user, user id, contact id, client id, account id, email, "
    "email address, e mail, respondent email, kunde, kunden id, kundennummer, client, cliente, "
    "id cliente, klant, klient, клиент, 顧客, 客户",
    "channel": "channel, kanal, canal, canale, kanaal, канал, チャネル, 渠道",
    "language": "language, lang, locale, sprache, langue, idioma, lingua, taal, jezyk, язык, 言語, "
    "语言",
    "stage": "stage, journey stage, phase, journey phase, etape, etapa, fase, etap, этап, 阶段",
    "touchpoint": "touchpoint, touch point, kontaktpunkt, point de contact, punto de contacto, "
    "ponto de contato, contactpunt",
    "source": "source, platform, quelle, plattform, origine, fuente, origen, fonte, bron, zrodlo, "
    "источник, 来源",
    "priority": "priority, ticket priority, prioritat, priorite, prioridad, priorita, prioridade",
    "status": "status, state, ticket status, statut, estado, stato",
}

_ATTRIBUTE_HEADERS: Final = (
    "persona, segment, product, country, region, plan, version, app version, os, device, city, "
    "store, branch, team, brand, category, campaign, age group, tier, market, produkt, land, "
    "filiale, produit, pays, producto, pais, prodotto, paese, produto"
)
ATTRIBUTE_HEADERS: Final = frozenset(_ATTRIBUTE_HEADERS.split(", "))
"""Columns that are kept as attributes by default: never names or addresses."""

_OTHER_THINGS: Final = (
    "tag, tags, label, labels, url, link, group, type, name, address, agent, browser, "
    "schlagworte, gruppe, typ, adresse, etiquettes, lien, groupe, nom, etiquetas, enlace, grupo, "
    "tipo, nombre, direccion, gruppo, nome, indirizzo"
)
NON_TEXT_WORDS: Final = frozenset(_OTHER_THINGS.split(", "))
"""Words in the headers of columns that hold no customer's words, however long their cells are."""

PRESETS: Final[dict[str, dict[str, Target]]] = {
    "customer-journey.app": {
        "date": "occurred_at",
        "score": "rating",
        "verbatim": "text",
        "stage": "stage",
    },
    "unwrap": {"details": "text", "date": "occurred_at", "stars": "rating"},
    "Typeform": {"#": "external_id", "submit date utc": "occurred_at"},
}
"""Known exports, recognised by these headers: each of them is present."""


def normalised_header(header: str) -> str:
    """A header without case, accents and punctuation: ``"Créé_le (UTC)"`` is ``"cree le utc"``.

    A header of punctuation only stays unchanged.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    plain = unicodedata.normalize("NFKD", spaced.replace("ß", "ss").replace("ł", "l"))
    letters = "".join(mark for mark in plain.casefold() if not unicodedata.combining(mark))
    return " ".join(re.findall(r"\w+", letters.replace("_", " "))) or header.strip()


def is_question(header: str) -> bool:
    """Whether a header is a question to customers."""
    return header.rstrip().endswith(("?", "？"))


CHANNELS: Final[dict[str, str]] = {
    "web": "website",
    "site": "website",
    "online": "website",
    "in store": "on_location",
    "store": "on_location",
    "shop": "on_location",
    "in person": "on_location",
    "branch": "on_location",
    "call": "phone",
    "telephone": "phone",
    "telefon": "phone",
    "mail": "email",
    "e mail": "email",
    "social": "social_media",
    "app": "mobile_app",
    "ios": "mobile_app",
    "android": "mobile_app",
    "mobile": "mobile_app",
    "app store": "review_site",
    "google play": "review_site",
    "review": "review_site",
    "text message": "sms",
    "live chat": "chat",
    "messenger": "chat",
    "whatsapp": "chat",
}
"""What tables call the channels, besides their own names."""

TARGET_OF: Final[dict[str, Target]] = {
    normalised_header(name): target
    for target, names in SYNONYMS.items()
    for name in names.split(", ")
}
