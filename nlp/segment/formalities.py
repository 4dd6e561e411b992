"""What forms, lists and letters contain besides the message, as data, by language.

Written like ``phrases``.
"""

from typing import Final

HEADINGS: Final = (
    "pros cons pro con likes dislikes positive positives negative negatives upsides downsides"
    " the_good the_bad good bad what_i_liked what_i_disliked what_i_like what_i_dislike",
    "vorteile nachteile positiv negativ positives negatives",
    "avantages inconvénients points_positifs points_négatifs positif négatif les_plus les_moins"
    " points_forts points_faibles",
    "ventajas desventajas lo_bueno lo_malo positivo negativo puntos_positivos puntos_negativos",
    "vantagens desvantagens prós contras pontos_positivos pontos_negativos",
    "vantaggi svantaggi pregi difetti punti_di_forza punti_deboli aspetti_positivi"
    " aspetti_negativi",
    "voordelen nadelen pluspunten minpunten plussen minnen zalety wady plusy minusy artılar eksiler"
    " artıları eksileri плюсы минусы достоинства недостатки",
    "良い点 悪い点 良かった点 悪かった点 よかった点 優点 缺点 优点 不足 장점 단점"
    " المميزات العيوب الإيجابيات السلبيات",
)
"""Lines above a list that say how what follows is meant."""

FIELDS: Final = (
    "name first_name last_name full_name your_name surname company organisation organization"
    " e-mail email e-mail_address email_address mail phone phone_number telephone mobile tel"
    " contact_number city town postcode post_code postal_code zip zip_code country address street"
    " date date_of_visit date_of_purchase date_of_birth order_date visit_date"
    " device operating_system os browser app_version priority"
    " category topic subject department request_type enquiry_type inquiry_type"
    " reason_for_contact reason_for_enquiry preferred_contact preferred_contact_method"
    " contact_preference"
    " callback call_back_requested best_time_to_call order_number customer_number account_number"
    " room_number",
    "vorname nachname firma telefon telefonnummer handy rufnummer ort stadt plz postleitzahl land"
    " adresse straße anschrift datum uhrzeit filiale gerät betriebssystem priorität kategorie"
    " thema betreff anliegen abteilung rückruf rückruf_erwünscht kundennummer bestellnummer"
    " auftragsnummer",
    "nom prénom société entreprise téléphone portable courriel ville code_postal pays adresse"
    " adresse_e-mail date magasin appareil priorité catégorie sujet objet motif"
    " rappel_souhaité numéro_de_commande numéro_client",
    "nombre apellidos apellido nombre_y_apellidos empresa teléfono móvil correo correo_electrónico"
    " ciudad código_postal país dirección fecha tienda dispositivo prioridad categoría asunto"
    " tema motivo departamento número_de_pedido número_de_cliente",
    "nome cognome azienda telefono cellulare indirizzo città cap data negozio dispositivo"
    " priorità categoria oggetto argomento reparto numero_ordine codice_cliente",
    "sobrenome apelido nome_completo telefone telemóvel celular cidade código_postal cep endereço"
    " loja prioridade assunto tópico número_do_pedido",
    "naam voornaam achternaam bedrijf telefoonnummer plaats woonplaats postcode adres datum tijd"
    " apparaat prioriteit categorie onderwerp afdeling bestelnummer klantnummer",
    "imię nazwisko imię_i_nazwisko firma telefon miasto kod_pocztowy adres data godzina temat"
    " kategoria priorytet numer_zamówienia",
    "adınız soyadınız ad_soyad telefon şehir adres tarih konu kategori öncelik sipariş_numarası",
    "имя фамилия фио компания телефон город адрес дата время тема категория приоритет",
    "お名前 名前 氏名 会社名 電話番号 メールアドレス 住所 日付 件名 カテゴリ 姓名 电话"
    " 电话号码 邮箱 地址 日期 主题 类别 公司 이름 성함 전화번호 연락처 이메일 주소 날짜 제목"
    " الاسم الهاتف رقم_الهاتف البريد_الإلكتروني المدينة العنوان التاريخ الموضوع",
)
"""Labels of the fields of a contact form that hold no message."""

PLEASANTRIES: Final = (
    r"i (?:do )?hope (?:(?:that )?you(?: are|'re)|(?:this|my) (?:e-?mail|message) finds you)"
    r"(?: all)?(?: doing)? well(?: today)?",
    r"(?:i'?m |i am |we are )?(?:looking|i look|we look) forward to (?:hearing from you"
    r"|hear from you|your (?:(?:prompt|quick|kind|early|swift) )?(?:reply|response|answer))"
    r"(?: soon)?",
    r"(?:i|we) (?:await|am awaiting|are awaiting) your (?:(?:prompt|quick|kind) )?"
    r"(?:reply|response|answer)",
    r"awaiting your (?:(?:prompt|quick|kind) )?(?:reply|response|answer)",
    r"(?:please )?(?:do not|don't) hesitate to contact me(?: .{1,40})?",
    r"(?:i am|i'm|i remain) at your disposal(?: .{1,40})?",
    r"(?:have|wishing you) an? (?:nice|great|good|lovely|wonderful) (?:day|weekend|week|evening)"
    r"(?: ahead)?",
    r"god bless(?: you)?",
    r"my name is {name}",
    r"(?:ich hoffe|wir hoffen),? (?:es geht ihnen|ihnen geht es|es geht euch) gut",
    r"(?:ich freue mich|wir freuen uns|freue mich) auf (?:ihre|eure|deine|eine) "
    r"(?:(?:baldige|schnelle|zeitnahe|positive) )?(?:antwort|rückmeldung|nachricht)",
    r"(?:ich bitte um|bitte um|in erwartung) (?:ihrer |eine |einer )?(?:(?:baldige|baldigen) )?"
    r"(?:antwort|rückmeldung)",
    r"(?:für rückfragen|bei fragen)(?: .{1,30})? (?:stehe|stehen) (?:ich|wir) (?:ihnen )?"
    r"(?:gerne? )?zur verfügung",
    r"(?:(?:ich wünsche|wir wünschen) )?(?:ihnen|euch|dir)? ?(?:noch )?(?:ein(?:en)? )?schöne[sn]? "
    r"(?:noch )?(?:tag|wochenende|woche|abend|feiertage)(?: noch| ihnen| euch)?",
    r"(?:mein name ist|ich heiße) {name}",
    r"(?:denken sie|bitte denken sie) an die umwelt.{0,60}",
    r"j'espère que vous allez bien",
    r"(?:dans l'attente|en attente|en attendant)(?: de| d'une?)?(?: votre| vos)?"
    r"(?: (?:prompte|rapide))? (?:réponse|retour)(?: (?:de votre part|rapide|favorable))?",
    r"(?:je reste|je me tiens|nous restons|restant) à votre (?:entière )?disposition(?: .{1,40})?",
    r"(?:bonne|belle|excellente) (?:journée|soirée|fin de journée)(?: à (?:vous|tous))?"
    r"|bon week-end",
    r"(?:je m'appelle|mon nom est) {name}",
    r"espero que (?:estén?|se encuentren?)(?: muy)? bien",
    r"(?:quedo|quedamos|quedo a|estoy|a) ?(?:a )?la espera de (?:su|tu|una)"
    r"(?: (?:pronta|rápida))? respuesta|(?:espero|esperamos) (?:su|tu)(?: pronta)? respuesta",
    r"(?:quedo|quedamos|estoy) a su (?:entera )?disposición(?: .{1,40})?",
    r"(?:que tengan?|les deseo|le deseo) (?:un )?(?:buen|lindo|excelente)(?: fin de semana| día)",
    r"(?:mi nombre es|me llamo) {name}",
    r"espero que estejam? bem|(?:aguardo|aguardamos|fico no aguardo de) (?:a |o )?(?:sua |seu )?"
    r"(?:breve )?(?:resposta|retorno)|(?:tenham?|desejo)(?: um)? (?:bom|ótimo)"
    r"(?: dia| fim de semana)|(?:meu nome é|o meu nome é|chamo-me|me chamo) {name}",
    r"spero (?:che )?(?:stiate|stia) bene|(?:resto |restiamo |rimango )?in attesa di (?:una? )?"
    r"(?:vostr[ao] |su[ao] )?(?:(?:cortese|gentile) )?(?:risposta|riscontro)"
    r"|(?:resto|rimango|restiamo) a (?:vostra|sua|disposizione).{0,40}"
    r"|buon (?:weekend|fine settimana)|(?:mi chiamo|il mio nome è) {name}",
    r"ik hoop dat het goed met u gaat|(?:ik zie|wij zien) uw (?:reactie|antwoord) graag tegemoet"
    r"|ik (?:wacht op|verneem graag) uw (?:antwoord|reactie)|(?:een )?(?:fijne|prettige) "
    r"(?:dag|avond|weekend)(?: (?:nog|verder|toegewenst))?|fijn weekend|mijn naam is {name}",
    r"(?:czekam|oczekuję) na (?:państwa |waszą |szybką )?odpowiedź"
    r"|(?:życzę )?miłego (?:dnia|weekendu)|nazywam się {name}",
    r"(?:cevabınızı|yanıtınızı|dönüşünüzü) bekliyorum|(?:benim )?adım {name}",
    r"(?:жду|ожидаю|ждем|ждём) (?:вашего |вашу |скорейшего )?(?:ответа|ответ)"
    r"|(?:хорошего|приятного|доброго) (?:дня|вечера)|(?:меня зовут|моё имя|мое имя) {name}",
    r"(?:どうぞ|何卒|以上|ご確認の?ほど|ご対応の?ほど|それでは)?[、,]?(?:どうぞ)?"
    r"(?:よろしく|宜しく)お願い(?:いた|致|申し上げ)?(?:します|ます)|ご?(?:返信|返事|連絡|回答)(?:を)?"
    r"お待ちして(?:おります|います)|.{1,20}と申します",
    r"(?:我叫|我是|本人)[一-鿿]{2,4}|(?:期待|等待)您?的?(?:回复|答复)"
    r"|祝(?:您|你们?)?(?:生活|工作|周末)?愉快",
    r"(?:في انتظار|بانتظار|أنتظر) رد(?:كم|ك)(?: الكريم)?|(?:اسمي|أنا اسمي) {name}"
    r"|(?:أتمنى لكم|يوم) .{0,10}سعيد",
    r"(?:this|the) (?:e-?mail|message) has been (?:scanned|checked) .{0,60}(?:virus|malware).{0,40}"
    r"|please consider the environment before printing.{0,40}|virus-free.{0,40}",
)
"""Patterns for whole sentences of a letter that only keep it polite, or that introduce the writer;
``{name}`` is one to three words."""
