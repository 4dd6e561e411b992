"""A small pool of what people write, in the languages of the seeded feedback."""

from typing import Final

PHRASES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "negative": {
        "en": ("Nobody could tell me why it took three weeks.", "It failed again, and I gave up."),
        "de": ("Nach drei Wochen weiß immer noch niemand Bescheid.", "Es bricht jedes Mal ab."),
        "es": ("Llevo tres semanas esperando una respuesta.", "Vuelve a fallar cada vez."),
        "fr": ("Personne n'a su me dire pourquoi c'est si long.", "Ça plante à chaque fois."),
        "it": ("Dopo tre settimane nessuno sa dirmi niente.", "Si blocca ogni volta."),
        "nl": ("Na drie weken weet nog niemand iets.", "Het loopt elke keer vast."),
        "pt": ("Passaram três semanas e ninguém respondeu.", "Falha sempre no último passo."),
        "pl": ("Po trzech tygodniach nikt nic nie wie.", "Za każdym razem się zawiesza."),
        "sv": ("Efter tre veckor vet fortfarande ingen något.", "Det hänger sig varje gång."),
        "tr": ("Üç haftadır kimse cevap vermiyor.", "Her seferinde hata veriyor."),
        "ja": ("三週間たっても誰からも返事がありません。", "毎回エラーになります。"),
        "zh": ("三个星期了还没有人回复我。", "每次到最后一步都失败。"),
    },
    "neutral": {
        "en": ("I ordered the larger one this time.",),
        "de": ("Diesmal habe ich das größere bestellt.",),
        "es": ("Esta vez pedí el más grande.",),
        "fr": ("Cette fois, j'ai commandé le plus grand.",),
        "it": ("Questa volta ho ordinato quello più grande.",),
        "nl": ("Deze keer heb ik de grotere besteld.",),
        "pt": ("Desta vez pedi o maior.",),
        "pl": ("Tym razem zamówiłem większy.",),
        "sv": ("Den här gången beställde jag den större.",),
        "tr": ("Bu sefer büyük olanı sipariş ettim.",),
        "ja": ("今回は大きい方を注文しました。",),
        "zh": ("这次我订了大的。",),
    },
    "positive": {
        "en": ("It was ready sooner than promised, thank you!", "So easy, I did it on the train."),
        "de": ("Es war früher fertig als versprochen, danke!", "Kinderleicht zu bedienen."),
        "es": ("Llegó antes de lo prometido, ¡gracias!", "Muy fácil de usar."),
        "fr": ("C'était prêt plus tôt que promis, merci !", "Très simple à utiliser."),
        "it": ("Pronto prima del previsto, grazie!", "Facilissimo da usare."),
        "nl": ("Het was eerder klaar dan beloofd, dank!", "Heel makkelijk te gebruiken."),
        "pt": ("Ficou pronto antes do prometido, obrigado!", "Muito fácil de usar."),
        "pl": ("Gotowe szybciej, niż obiecano, dziękuję!", "Bardzo proste w użyciu."),
        "sv": ("Det var klart tidigare än utlovat, tack!", "Väldigt lätt att använda."),
        "tr": ("Söz verilenden önce hazırdı, teşekkürler!", "Kullanımı çok kolay."),
        "ja": ("約束より早く届きました。ありがとう！", "とても使いやすいです。"),
        "zh": ("比承诺的还要早，谢谢！", "非常容易使用。"),
    },
}
"""By sentiment and language."""
