"""Phrases that open and close letters and carry no feedback, as data, by language.

All matching is on case-folded text; ``_`` joins the words of a phrase. To add a language, add a
line to each table.
"""

from typing import Final

GREETINGS: Final = (
    # en
    "hi hello hey hiya dear greetings good_morning good_afternoon good_evening good_day"
    " to_whom_it_may_concern",
    # de
    "hallo guten_tag guten_morgen guten_abend grüß_gott grüezi moin servus liebe liebes lieber"
    " sehr_geehrte sehr_geehrter sehr_geehrtes werte hallöchen",
    # fr
    "bonjour bonsoir salut madame monsieur mesdames messieurs cher chère chers chères",
    # es
    "hola buenas buenos_días buenas_tardes buenas_noches buen_día estimado estimada estimados"
    " estimadas querido querida queridos apreciado apreciados muy_señores_míos",
    # pt
    "olá oi bom_dia boa_tarde boa_noite prezado prezada prezados prezadas caro caros exmo exma"
    " exmos senhores exmos._senhores exmo._senhor caríssimos",
    # it
    "ciao salve buongiorno buonasera buona_sera buon_giorno gentile gentili egregio egregi cara"
    " cari spett spett.le spettabile",
    # nl
    "hoi hallo goedemorgen goedemiddag goedenavond goedendag geachte beste dag",
    # pl
    "dzień_dobry witam witajcie cześć hej szanowni szanowny szanowna drodzy dobry_wieczór",
    # tr
    "merhaba merhabalar selam iyi_günler iyi_akşamlar günaydın sayın sevgili değerli",
    # ru
    "здравствуйте добрый_день добрый_вечер доброе_утро доброго_дня привет уважаемые уважаемый"
    " уважаемая дорогие приветствую",
    # ja zh ko ar
    "こんにちは こんばんは おはようございます はじめまして 拝啓 お世話になっております"
    " いつもお世話になっております",
    "您好 你好 你们好 大家好 尊敬的 亲爱的 早上好 下午好",
    "안녕하세요 안녕하십니까 안녕 مرحبا مرحباً السلام_عليكم"
    " السلام_عليكم_ورحمة_الله السلام_عليكم_ورحمة_الله_وبركاته تحية_طيبة أهلا أهلا_وسهلا صباح_الخير"
    " مساء_الخير",
    # other
    "hej hejsan hallå god_dag god_morgon kära bästa kære hyvää_päivää hei moi terve dobrý_den ahoj"
    " dobrý_deň dobar_dan zdravo dober_dan vážení tisztelt jó_napot szia bună_ziua bună labas"
    " labdien tere γεια_σας γεια καλημέρα καλησπέρα добрий_день вітаю здравейте добър_ден"
    " добар_дан здраво שלום בוקר_טוב ערב_טוב سلام صبح_بخیر नमस्ते नमस्कार নমস্কার வணக்கம் నమస్కారం"
    " สวัสดี สวัสดีครับ สวัสดีค่ะ xin_chào chào halo selamat_pagi selamat_siang habari jambo"
    " kia_ora aloha salam merħba",
)

ADJECTIVE_GREETINGS: Final = ("beste caro cara cari liebe lieber dear dag querida querido",)
"""Greetings that are also adjectives."""

ADDRESSEES: Final = (
    "there team all everyone everybody folks guys support sir madam sirs ladies gentlemen or and"
    " customer service services care help desk whom it may concern the your billing account"
    " accounts staff both again friends people product"
    " members marketing manager sales relations whoever gets reads this one mr mrs ms miss dr prof",
    "zusammen team leute an alle das liebes kundenservice damen und herren support allerseits"
    " herr frau",
    "à tous l'équipe équipe service client madame monsieur et toute la le de du",
    "equipo a todos todas señores señor señora de la los y atención al cliente servicio tardes"
    " días noches",
    "equipe equipa pessoal a todos todas senhores senhoras e gente suporte",
    "a tutti team staff servizio clienti e signori signore del di assistenza",
    "allemaal team mevrouw heer heren dames meneer klantenservice en daar",
    "państwo wszystkim zespole panie pani panowie drodzy team",
    "arkadaşlar ekip herkese yetkili ilgili",
    "команда коллеги поддержка поддержки поддержке всем служба господа дамы и",
    "客服 客服团队 各位 大家 团队 技术支持 皆様 皆さん 担当者様 팀 여러분 고객센터 담당자님 고객님",
    "السادة السيد السيدة الإخوة الأخ فريق الدعم خدمة العملاء دعم टीम सर मैडम महोदय जी सभी को"
    " ทีม ทีมงาน แอดมิน צוות לכולם שירות לקוחות تیم پشتیبانی দল",
)

HONORIFICS: Final = (
    "様 さま 御中 先生 女士 小姐 同事 同事好 您好 你好 们好 团队 님 님께 귀하 귀중",
)
"""Endings of words for an addressee in scripts without spaces."""

SIGN_OFFS: Final = (
    "regards kind_regards best_regards warm_regards with_regards with_kind_regards many_regards"
    " with_best_regards best_wishes warm_wishes warmly best all_the_best cheers sincerely"
    " yours_sincerely yours_faithfully yours_truly yours respectfully kr rgds br take_care"
    " yours_with_thanks with_thanks_and_good_wishes"
    " with_thanks with_many_thanks ta xoxo greetings",
    "mit_freundlichen_grüßen mit_freundlichem_gruß mit_besten_grüßen mit_freundlichen_gruessen"
    " freundliche_grüße viele_grüße beste_grüße liebe_grüße schöne_grüße herzliche_grüße grüße"
    " gruß mfg vg lg bg herzlich herzlichst hochachtungsvoll gruss freundliche_grüsse"
    " mit_freundlichen_grüssen",
    "salutations_distinguées cordialement bien_cordialement très_cordialement bien_à_vous"
    " salutations cdlt cdt"
    " meilleures_salutations sincères_salutations sentiments_distingués respectueusement"
    " bonne_journée amicalement",
    "saludos un_saludo saludos_cordiales atentamente atte un_cordial_saludo cordialmente"
    " muy_atentamente un_abrazo reciban_un_cordial_saludo cordiales_saludos",
    "cumprimentos com_os_melhores_cumprimentos melhores_cumprimentos atenciosamente att abraços"
    " abraço cordialmente atentamente grata grato respeitosamente",
    "cordiali_saluti distinti_saluti saluti un_saluto cordialmente un_cordiale_saluto"
    " buona_giornata",
    "met_vriendelijke_groet met_vriendelijke_groeten vriendelijke_groet vriendelijke_groeten"
    " groet groeten groetjes mvg hartelijke_groet",
    "pozdrawiam z_poważaniem serdecznie_pozdrawiam z_wyrazami_szacunku pozdrowienia",
    "saygılarımla saygılar saygılarımızla iyi_çalışmalar iyi_çalışmalar_dilerim"
    " iyi_günler_dilerim sevgiler",
    "с_уважением с_наилучшими_пожеланиями всего_доброго с_благодарностью",
    "敬具 以上 よろしくお願いします よろしくお願いいたします よろしくお願い致します"
    " 宜しくお願いします 何卒よろしくお願いいたします 此致 敬礼 此致敬礼 祝好 顺祝商祺",
    "수고하세요 مع_التحية مع_خالص_التحية وتقبلوا_تحياتي تحياتي",
    "ขอแสดงความนับถือ ด้วยความเคารพ ด้วยความนับถือ सादर भवदीय भवदीया शुभकामनाएं आपका_विश्वासी"
    " בברכה בכבוד_רב בתודה ধন্যবাদান্তে বিনীত শুভেচ্ছান্তে با_احترام مع_أطيب_التحيات"
    " مع_خالص_التحية_والتقدير وتفضلوا_بقبول_فائق_الاحترام",
    "med_vänlig_hälsning med_vänliga_hälsningar"
    " vänliga_hälsningar mvh hilsen venlig_hilsen med_venlig_hilsen"
    " med_vennlig_hilsen terveisin ystävällisin_terveisin s_pozdravem üdvözlettel"
    " cu_stimă με_εκτίμηση з_повагою trân_trọng salam hormat_kami",
)

LETTER_CLOSINGS: Final = (
    r"(?:dans l'attente|en attendant|restant)[^.!?]{0,60}, (?=je vous prie|veuillez)",
    r"(?:je vous prie|nous vous prions|veuillez)(?: de bien vouloir)? "
    r"(?:d'agréer|agréer|recevoir|d'accepter|croire)\b[^.!?]{0,120}",
    r"(?:in attesa|restando in attesa)[^.!?]{0,60} (?=porgo|porgiamo|distinti|cordiali)",
    r"in attesa[^!?]{0,60} porg(?:o|iamo)",
    r"(?:porgo|porgiamo|distinti|cordiali)\b[^.!?]{0,20} saluti",
    r"(?:sin otro particular|a la espera|quedo a la espera|en espera)[^.!?]{0,50}, "
    r"(?=recib|le salud|les salud|atent)",
    r"(?:reciban?|le saluda|les saluda)\b[^.!?]{0,20} (?:saludo|saludos|atentamente|cordialmente)",
)
"""Patterns for the parts of formal closings; a sentence made only of these is a closing."""

BARE_SIGN_OFFS: Final = ("best yours ta grata grato greetings warmly",)
"""Sign-offs that also begin sentences."""

ADVERB_SIGN_OFFS: Final = (
    "best warmly sincerely respectfully herzlich herzlichst cordialement cordialmente grata grato"
    " amicalement respectueusement atentamente respeitosamente",
)
"""Sign-offs that may also be an answer to how something was."""

NAME_PARTICLES: Final = (
    "and und et y e i en of von van de di da del du la le der den the for & – - |",
)
"""Words that are not capitalised in a name."""

NEVER_NAMES: Final = (
    "no not never none nothing still bad good great nice poor worst terrible awful very so too"
    " please help just only all app card order delivery service product refund login"
    " solved fixed resolved sorted done works working perfect excellent awesome amazing brilliant"
    " fantastic wonderful useless broken slow wow horrible disappointing disappointed pathetic"
    " i i'm i've my me we our you your is are was can't cannot won't don't doesn't didn't isn't"
    " internet wifi wi-fi router display screen error crash crashed crashes password account"
    " cancel cancelled cancellation complaint complaints compensation replacement replace return"
    " returns missing damaged defective outage billing invoice money urgent asap now again where"
    " when why",
    "kein keine nicht nie nichts immer sehr gut schlecht bitte hilfe nur alles leider"
    " gelöst behoben erledigt funktioniert läuft geht perfekt super toll klasse spitze"
    " ausfall defekt kaputt schaden fehler wlan paket rechnung erstattung geld storno mahnung"
    " störung lieferung retoure umtausch rückgabe rückruf reparatur beschwerde ersatz problem"
    " probleme absturz totalausfall gerät ware passwort dringend sofort schade schlimm furchtbar"
    " schrecklich enttäuschend enttäuscht unverschämt unverschämtheit frechheit",
    "pas rien jamais aucun aucune très trop bon mauvais sin nada nunca muy malo bueno"
    " não nunca muito ruim bom non mai niente molto niet geen nooit nie bardzo"
    " résolu réglé parfait génial marche fonctionne solucionado resuelto perfecto excelente genial"
    " funciona resolvido perfeito ótimo risolto perfetto ottimo funziona opgelost top werkt",
    "remboursement remboursez annulation annulez résiliation panne commande colis livraison"
    " facture écran erreur réclamation urgent déçu décevant nul affreux horrible scandaleux",
    "reembolso devolución cancelación baja ya pantalla error factura pedido entrega avería urgente"
    " queja reclamación dinero reclamo pésimo fatal decepcionante estafa",
    "cancelamento devolução tela ecrã erro fatura encomenda reclamação dinheiro péssimo urgente"
    " já decepcionante golpe estorno",
    "rimborso annullamento disdetta schermo errore fattura ordine consegna guasto reclamo urgente"
    " subito pessimo orribile deludente truffa",
    "terugbetaling annulering opzegging storing scherm fout factuur bestelling levering klacht"
    " slecht vreselijk waardeloos teleurstellend dringend",
    "zwrot reklamacja awaria błąd faktura zamówienie pilne fatalnie okropnie źle słabo",
    "iade iptal arıza ekran hata fatura sipariş teslimat şikayet acil kötü berbat rezalet",
    "rozwiązane działa świetnie idealnie çözüldü çalışıyor harika mükemmel süper"
    " решено работает отлично супер ممتاز رائع جيد سيئ سيء",
    "возврат деньги отмена ошибка экран заказ доставка жалоба срочно плохо ужасно ужас кошмар"
    " обман не нет",
    "لا ليس ليست لم لن ما غير بدون استرداد إلغاء عطل شكوى عاجل",
    "고장 파손 불량 누락 지연 오류 환불 취소 분실 결함",
    "नहीं न मत रिफंड वापस खराब शिकायत ไม่ แย่ คืนเงิน לא אין החזר ביטול גרוע না নেই ফেরত",
)
"""Words that show that a line of capitalised words, or a word after thanks, is not a name."""

NOUN_ENDINGS: Final = ("ung heit keit tion ción ções ção zione ation",)
"""Endings of long nouns that say what happened or is requested, and are not names."""

NEVER_IN_CJK_NAMES: Final = (
    "。！？!?、，,…了太没沒不未请請退换換修坏壞破損损錯错漏缺"
    "慢差快很还還再要在这這那都吗呢吧我你您返壊遅約急"
)
"""Characters that no Chinese or Japanese name contains."""

CJK_VERB_ENDINGS: Final = "요다까청음함임중됨"
"""Characters that Korean sentences and notes end in, and names do not."""

THANKS: Final = (
    "thanks thank_you many_thanks thx thanks_in_advance thank_you_in_advance thanks_again"
    " thank_you_very_much thank_you_so_much thanks_so_much thanks_a_lot tia much_appreciated",
    "danke vielen_dank danke_im_voraus danke_schön besten_dank herzlichen_dank dank_im_voraus"
    " vielen_dank_im_voraus danke_vorab",
    "merci merci_beaucoup merci_d'avance merci_par_avance d'avance_merci",
    "gracias muchas_gracias gracias_de_antemano mil_gracias desde_ya_gracias",
    "obrigado obrigada muito_obrigado muito_obrigada agradeço_desde_já desde_já_agradeço"
    " obrigado_desde_já",
    "grazie grazie_mille molte_grazie grazie_in_anticipo tante_grazie",
    "bedankt alvast_bedankt dank_u dank_je hartelijk_dank bij_voorbaat_dank",
    "dziękuję dzięki z_góry_dziękuję bardzo_dziękuję",
    "teşekkürler teşekkür_ederim şimdiden_teşekkürler",
    "спасибо большое_спасибо заранее_спасибо благодарю",
    "감사합니다 감사드립니다 고맙습니다",
    "ありがとうございます ありがとうございました 谢谢 谢谢你们 多谢 感谢 شكرا شكراً",
    "ขอบคุณ ขอบคุณครับ ขอบคุณค่ะ ขอบคุณคะ ขอบคุณมาก ขอบคุณมากครับ ขอบคุณมากค่ะ ขอบพระคุณ"
    " ขอบพระคุณค่ะ ขอบพระคุณครับ ขอบคุณล่วงหน้า धन्यवाद बहुत_धन्यवाद शुक्रिया बहुत_बहुत_धन्यवाद"
    " आपका_धन्यवाद תודה תודה_רבה תודה_מראש ধন্যবাদ অনেক_ধন্যবাদ متشکرم با_تشکر شكرا_جزيلا"
    " شكراً_جزيلاً شكرا_لكم وشكرا_لكم وشكراً_لكم مع_جزيل_الشكر",
    "tack tak takk kiitos děkuji köszönöm mulțumesc ευχαριστώ дякую cảm_ơn terima_kasih",
)

REFERENCES: Final = (
    "order ticket case ref reference booking reservation confirmation account acct customer client"
    " member membership invoice receipt policy contract agreement rental transaction txn session"
    " serial model meter tracking parcel shipment claim request incident number no num nr id code"
    " my the our is your # order-id imei",
    "bestellung auftrag kunde vertrag rechnung vorgang fall sendung aktenzeichen az gerät zähler"
    " meine",
    "commande client cliente dossier facture contrat réservation référence réf numéro n° nº n"
    " billet suivi ma mon de",
    "pedido expediente factura contrato reserva referencia número núm incidencia mi",
    "encomenda processo fatura reserva referência protocolo contrato nota meu",
    "ordine pratica fattura contratto prenotazione riferimento rif numero codice cliente mio",
    "bestelling klant factuur zaak dossier kenmerk referentie mijn",
    "zamówienie zgłoszenie faktura umowa klient numer sprawa",
    "sipariş müşteri fatura talep numarası no sözleşme",
    "заказ номер клиент договор счёт счет обращение заявка бронь мой заказа договора клиента",
    "رقم الطلب طلب الفاتورة العميل الحجز البلاغ ऑर्डर नंबर नं ग्राहक टिकट"
    " หมายเลข เลขที่ เลขที่ออเดอร์ หมายเลขคำสั่งซื้อ คำสั่งซื้อ ออเดอร์ הזמנה מספר לקוח",
)
"""Words before a number that say what it is the number of."""

REFERENCE_ENDINGS: Final = (
    "nummer nr number numer номер 番号 单号 單號 订单 编号 编码 号码 尾号 번호",
)
"""Endings of such words that are compounds."""

REQUESTS: Final = (
    "please pls plz help me us i we need call contact ring phone back fix check look into this it"
    " the my assistance asap urgently urgent respond reply answer write can could would you sort"
    " refund cancel to a for and get someone send advise resolve investigate want",
    "bitte um hilfe helfen sie mir uns ich wir brauche brauchen rückruf anrufen rufen prüfen klären"
    " beheben dringend an zurück mich melden antwort erstatten stornieren das es und",
    "merci de me nous rappeler aider aide svp s'il vous plaît veuillez vérifier répondre"
    " rembourser contacter urgent à j'ai besoin d'aide le la",
    "por favor ayuda ayúdenme llámenme llamar me necesito necesitamos urgente revisar respondan"
    " contesten contactar ajuda ajudem preciso de liguem ligar verificar responder verifiquem",
    "per favore aiuto aiutatemi chiamatemi richiamatemi ho bisogno di verificare rispondete"
    " alsjeblieft alstublieft graag help mij ons bel terug bellen controleren hulp nodig",
    "proszę o pomoc kontakt telefon odpowiedź sprawdzenie lütfen yardım edin beni arayın bakın"
    " пожалуйста помогите перезвоните ответьте проверьте прошу помочь нужна помощь",
)
"""Words of requests that do not say what is wrong."""

COURTESIES: Final = (
    "for your you the a all quick fast prompt swift speedy kind early reply replies response answer"
    " email e-mail mail message call feedback getting coming back to me us so much very contacting"
    " writing again time patience understanding attention help assistance support in advance",
    "für ihre ihren die den das deine deinen eure euren ihr schnelle rasche prompte zügige"
    " freundliche schnellen freundlichen antwort rückmeldung nachricht mail e-mail email hilfe"
    " unterstützung geduld mühe im voraus vorab schon mal sehr",
    "pour de votre vos la le ta réponse réactivité retour message mail aide temps rapide prompte"
    " si et d'avance par avance bien",
    "por de antemano su la tu el respuesta rápida pronta amable mensaje correo ayuda tiempo"
    " atención contestar responder tan rápido",
    "pela pelo sua a o resposta retorno mensagem e-mail ajuda atenção tempo rápida rápido",
    "per la il tua vostra sua vostro risposta rapida celere veloce pronta gentile messaggio"
    " riscontro aiuto attenzione mail",
    "voor de het uw je jullie snelle reactie antwoord bericht mail hulp moeite spoedige",
    "za szybką odpowiedź wiadomość pomoc państwa pani pana kontakt maila",
    "için hızlı cevabınız yanıtınız cevap yanıt mesajınız geri dönüşünüz yardımınız ilginiz"
    " dönüş desteğiniz",
    "за быстрый ответ ваш ваше сообщение помощь письмо оперативный скорый обратную связь вашу",
    "早速の ご返信 ご返答 ご連絡 ご回答 ご対応 お返事 迅速な 丁寧な を に いただき 頂き"
    " いつも 誠に どうも",
    "您 你 你们 您的 你的 你们的 的 快速 及时 回复 答复 回信 来信 帮助 支持 耐心",
    "빠른 신속한 친절한 답변 답장 회신 연락 주셔서 에 해주셔서 정말 대단히",
    "على ردكم ردك السريع رسالتكم جزيلا جزيلاً لكم لك تواصلكم مساعدتكم تعاونكم",
    "आपके आपका त्वरित उत्तर जवाब के लिए संदेश मदद का बहुत בעד על התשובה המהירה תגובתכם מהירה"
    " لطفا برای پاسخ সাহায্যের দ্রুত উত্তরের জন্য আপনার สำหรับ ตอบกลับ ที่ คำตอบ การตอบกลับ"
    " เร็ว รวดเร็ว ความช่วยเหลือ",
    "för ert snabba svar hjälpen til svaret for deres hurtige svar raske nopeasta vastauksesta"
    " za rychlou odpověď gyors választ răspunsul rapid γρήγορη απάντηση за швидку відповідь"
    " atas balasan cepatnya vì đã trả lời nhanh",
)
"""Words of thanks for an answer or for help that do not judge it."""

DEVICE_LINES: Final = (
    "sent_from_my sent_from_outlook sent_from_mail sent_from_yahoo get_outlook_for sent_via",
    "von_meinem_iphone_gesendet gesendet_von_meinem von_meinem_smartphone gesendet_mit"
    " von_meinem_ipad_gesendet von_meinem_samsung gesendet_von_mail gesendet_von_outlook"
    " outlook_für",
    "envoyé_de_mon envoyé_depuis_mon envoyé_de_mon_iphone envoyé_à_partir_de envoyé_à_partir_d'"
    " télécharger_outlook obtenez_outlook",
    "enviado_desde_mi enviado_do_meu enviado_a_partir_do_meu enviado_de_mi enviado_desde_outlook"
    " enviado_do_outlook obtener_outlook obter_o_outlook",
    "inviato_da_iphone inviato_dal_mio inviato_da scarica_outlook ottieni_outlook"
    " verzonden_vanaf verstuurd_vanaf verzonden_met outlook_voor",
    "wysłano_z wysłane_z pobierz_aplikację_outlook iphone'umdan_gönderildi"
    " android_cihazımdan_gönderildi outlook'u_edinin отправлено_с отправлено_из",
    "iphoneから送信 androidから送信 outlook_for 发自我的 从我的iphone发送 获取_outlook"
    " 나의_iphone에서_보냄 أُرسلت_من أرسلت_من مرسل_من تم_الإرسال_من",
)

MAIL_SENDERS: Final = ("from von de da van od kimden от от_кого 差出人 发件人 寄件者 보낸_사람 من",)
"""Labels of the sender in the header of a forwarded or quoted mail."""

MAIL_LABELS: Final = (
    "sent date to cc subject reply-to importance",
    "gesendet datum an betreff antwort_an",
    "envoyé date à objet",
    "enviado enviado_el fecha para asunto enviada_em data assunto",
    "inviato data a oggetto",
    "verzonden datum aan onderwerp",
    "wysłano data do dw temat",
    "gönderildi gönderilme gönderim_tarihi tarih kime bilgi konu",
    "отправлено дата кому копия тема",
    "送信日時 日時 日付 宛先 件名 发送时间 日期 时间 收件人 抄送 主题 寄件日期 收件者 主旨"
    " 보낸_날짜 날짜 받는_사람 참조 제목",
    "تم_الإرسال تاريخ_الإرسال التاريخ إلى الموضوع نسخة",
)
"""The other labels of such a header."""

REPLY_ABOVE: Final = (
    r"##-.{4,100}-##|[-#=*]{2,}.{0,60}\babove this line(?: to \w+(?: a \w+)?)?\W{0,20}"
)
"""A pattern for the line above which help desks ask people to reply."""

NOTICES: Final = (
    r"this (?:e-?mail|message|communication)\b.{0,80}\bconfidential\b.{0,80}"
    r"\b(?:intended|addressees?|recipients?|privileged)\b",
    r"the (?:information|contents?) (?:contained )?in this (?:e-?mail|message)\b.{0,80}"
    r"\b(?:confidential|intended|privileged)\b",
    r"diese (?:e-?mail|nachricht) (?:enthält|ist).{0,30}\bvertraulich",
    r"ce (?:message|courriel|mail|courrier électronique)\b.{0,80}\bconfidentiel.{0,80}"
    r"\bdestinataires?\b",
    r"este (?:mensaje|correo)\b.{0,80}\bconfidencial.{0,80}\bdestinatari[oa]s?\b",
    r"esta mensagem\b.{0,80}\bconfidenciais?\b.{0,80}\bdestinatári[oa]s?\b",
    r"questo messaggio\b.{0,80}\b(?:riservat|confidenzial).{0,80}\bdestinatari",
    r"dit (?:bericht|e-mailbericht)\b.{0,80}\bvertrouwelijk",
)
"""Patterns for the beginnings of the legal notices that companies put below their mails."""

QUOTE_HEADERS: Final = (
    rf"(?:{REPLY_ABOVE})$",
    r"-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d'origine|message transféré|mensaje original"
    r"|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale"
    r"|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|wiadomość oryginalna"
    r"|wiadomość przekazana|orijinal mesaj|iletilen ileti|исходное сообщение"
    r"|пересылаемое сообщение|元のメッセージ|転送|原始邮件|转发|원본 메시지|الرسالة الأصلية"
    r"|رسالة معاد توجيهها)",
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:e-mail|nachricht)"
    r"|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado"
    r"|início da mensagem (?:re)?encaminhada|inizio messaggio inoltrato"
    r"|begin doorgestuurd bericht|początek przekazywanej wiadomości|iletilen ileti başlangıcı"
    r"|начало переадресованного сообщения|転送されたメッセージ|开始转发邮件|以下是转发的邮件"
    r"|بداية الرسالة المعاد توجيهها)\s?[:：]$",
    r"on .{4,150} wrote:$",
    r"am .{4,150} schrieb .{1,150}:$",
    r"le .{4,150} a écrit\s?:$",
    r"el .{4,150} escribió:$",
    r"em .{4,150} escreveu:$",
    r"il .{4,150} ha scritto:$",
    r"op .{4,150} schreef .{0,150}:$",
    r".{4,150} napisał\(?a?\)?:$",
    r".{4,150} tarihinde .{1,60} yazdı:$",
    r".{4,150} (?:написал|написала|пишет):$",
    r".{4,150}写道[:：]$",
    r".{4,150}님이 작성[:：]$",
    r"في .{4,150} كتب .{0,150}:$",
    r".{0,150}\d[:.]\d\d\b.{0,100}(?:<[^<>@]{1,60}@[^<>]{1,60}>|\[email\]>?)[^.!?]{0,30}[:：]$",
)

POSTSCRIPTS: Final = ("ps", "p.s", "p.s.", "p.p.s", "pps", "nb", "n.b", "n.b.", "p.d", "pd")

DENIALS: Final = (
    "no nope none nothing nil nichts nix keine kein nein non rien aucun aucune nada ninguno ninguna"
    " não nenhum nenhuma niente nulla nessuno nessuna nee niets geen nie nic yok hayır hiç"
    " hiçbir_şey нет ничего нету",
    "なし ありません 無し いいえ 没有 无 没 沒有 無 不是 없음 없습니다 아니요 لا لا_يوجد",
)
"""What says nothing on its own, and answers a question."""

NO_ANSWERS: Final = (
    "n/a na null test no_comment no_comments nothing_to_add idk lol"
    " not_applicable no_idea asdf x xx xxx dunno",
    "fehlt_nichts keine_angabe k.a. k._a.",
    "néant ras r.a.s. rien_à_signaler rien_à_dire sans_commentaire",
    "ningún_comentario sin_comentarios nada_que_decir prueba",
    "nada_a_declarar sem_comentários teste teste_teste",
    "no_grazie nessun_commento prova",
    "geen_opmerkingen nvt n.v.t. brak nie_dotyczy bez_uwag",
    "特になし 特にありません 暂无",
)
"""What says nothing, whatever was asked."""


def words(table: tuple[str, ...]) -> frozenset[str]:
    """The case-folded entries of a table, with spaces between the words of phrases."""
    return frozenset(entry.replace("_", " ").casefold() for line in table for entry in line.split())
