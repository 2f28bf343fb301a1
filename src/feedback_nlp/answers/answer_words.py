"""Words that tell how it was, and words that tell nothing: what is left names the reason.

For each language ``evaluation`` (pure judgement and feeling), ``generic`` (the thing judged when
it is only the whole: service, company, experience) and ``neutral`` (function words, talk about
the score or the survey). A word that names a part or an attribute of the experience (staff,
price, late, easy, helpful) must stand in none of them, in any language whose answers could be
mistaken for another's: German "fast" (almost) is left out because of English "fast".
Misspellings stand here only where one wrong letter would not already be forgiven.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedback_nlp.answers.folding import fold_words


@dataclass(frozen=True)
class Words:
    """Word lists of one language, folded (lower case, no accents, no apostrophes)."""

    evaluation: frozenset[str]
    generic: frozenset[str]
    neutral: frozenset[str]


def _words(evaluation: str, generic: str, neutral: str) -> Words:
    return Words(*(frozenset(fold_words(part)) for part in (evaluation, generic, neutral)))


ENGLISH = _words(
    evaluation="""
    good gd gud goid giid well great gr8 grate ok okay okey oki alright fine nice lovely super
    superb excellent excellant exelent excellence brilliant brill brillant fantastic fab fabulous
    amazing amazed awesome wonderful wonderfully perfect perfectly perfection marvellous marvelous
    terrific outstanding exceptional exceptionally exemplary magnificent splendid stellar sublime
    incredible incredibly spectacular phenomenal tremendous stunning unreal epic class classy ace
    cool sound solid decent fair satisfactory satisfactorily satisfying adequate acceptable
    reasonable average mediocre meh soso middling passable tolerable ordinary standard substandard
    sub par poor poorly bad badly awful awfully terrible terribly horrible horrific horrendous
    dreadful dreadfully appalling appallingly atrocious abysmal dire dismal diabolical shocking
    shockingly shambles shambolic disgusting disgusted disgusts disgrace disgraceful disgracefully
    rubbish crap crappy shit shite bullshit bollocks garbage trash pathetic pitiful lousy rotten
    useless hopeless worthless waste joke farce laughable ridiculous ludicrous unacceptable
    unsatisfactory inadequate inferior unbelievable unforgivable inexcusable outrageous outraged
    scandalous nightmare hell disaster disastrous catastrophe mess ruined sucks sucked stinks
    fuming furious livid angry annoyed annoying annoyance frustrated frustrating frustration fed
    stressful stress stressed upset upsetting sad sadly unhappy disappointed disappointing
    disappointment disappoints dissatisfied dissatisfaction displeased unimpressed unimpressive
    impressed impressive impresses happy happily happier happiest glad delighted delight
    delightful pleased pleasing pleasure thrilled chuffed satisfied satisfaction satisfies content
    contented grateful thankful appreciate appreciated appreciative love loved loves loving liked
    likes enjoy enjoyed enjoyable hate hated hates dislike disliked better best worse worst worser
    superior top notch faultless flawless impeccable immaculate unbeatable unrivalled fault faults
    faulted flaw flaws wrong issue issues problem problems trouble troubles hiccup hiccups hitch
    hitches hiccough complaint complaints complain concern concerns failing failings failure
    failures fail failed fails error errors mistake mistakes negative negatives positive positives
    improve improved improves improvement improvements improving bettered enhance enhanced
    expectation expectations expected exceed exceeded exceeds exceeding surpassed recommend
    recommended recommends recommending recommendation star stars thumbs gold wow yay yuck ugh boo
    bravo hurrah congratulations congrats kudos praise praised fan trust regret suffice sufficient
    special spot hunky dory bees knees a1 aok a+ plus invaluable worthwhile meets bloody
    disgruntled deplorable horrid grim woeful woefully probs prob proud lucky vile ideal expect
    expects disgustingly met blinding godsend blessing lifesaver asset valued commendable treasure
    brilliantly excellently nicely fabulously superbly amazingly fantastically exceptionnal
    xcellent execellent excelent vgood lackluster lacklustre underwhelming underwhelmed iffy dodgy
    patchy unfit deserving
    """,
    generic="""
    service services servicing serv customer costumer costumers customers client consumer care
    experience experiences company companies provider providers supplier business organisation
    organization firm brand nhs product products facility everything anything something things
    thing stuff job work aspect aspects way ways side sides part parts level levels standards
    quality overall treatment treated treat dealt handled handling result results outcome
    """,
    neutral="""
    prefer prefers round allround occasion occasions remember impression impressions encountered
    likely board according absolute appears appeared outset beginning start finish end situation
    circumstances case cases instance altogether hence entry spelling reply replied possible tried
    afterall absouloutly absoloutly nothin noting nothinhg non numerous loads load tons plenty
    heaps constantly overal a an the and or but nor if as at by for from in into of off on onto
    out over to under up upto with without within about across after against along among around
    before behind below beside besides between beyond down during except inside near outside per
    since than through throughout till until towards via i me my mine myself we us our ours
    ourselves you u your ur yours yourself yourselves he him his she her hers they them their
    theirs it its itself this that these those there here who whom whose which what when where why
    y how whatever is am are was were be been being isnt arent wasnt werent has have had having
    hasnt havent hadnt do does did doing done dont doesnt didnt will would wouldnt wont can cant
    cannot could couldnt shall should shouldnt may might must need needs needed im ive ill id
    youre youve youll theyre theyve theyd weve thats theres heres hes shes whats whys get gets got
    getting go goes went gone going come comes came coming make makes made making keep give gives
    gave given giving take taken put find found finding see seen saw look looks looked looking
    seem seems seemed feel feels felt feeling think thinks thought thinking thoughts believe
    believed know knows knew known guess suppose say says said saying tell told ask asks asked
    asking want wants wanted wish hope hopefully mean means meant try not no none nope nah no1
    nobody noone nothing nowt nil nought never neither yes yeah yep yup yer aye very really
    extremely totally completely utterly absolutely absoloutely absolutly quite rather pretty
    fairly somewhat bit little lot lots much more most less least many few several some any all
    both each every everyone everybody everywhere always ever often usually generally mostly
    mainly sometimes again still yet already just only even also too so then now today currently
    recently lately ago far such same other others another else enough almost nearly maybe perhaps
    probably possibly definitely certainly clearly obviously simply basically honestly truly
    highly hugely particularly especially specifically actually literally personally particular
    specific general obvious true truth truthful truthfully honest certain sure because cause cos
    coz cuz bcoz becouse becuase beacuse becasue bcause due reason reasons reasoning score scores
    scored scoring rating ratings rate rated rates mark marks marked number numbers figure point
    points answer answers answered answering question questions survey surveys feedback comment
    comments opinion opinions view views personal based base deserve deserves deserved earned
    reflect reflects choose chose chosen choice decided decision select selected pick picked mind
    justified explain explanation elaborate further add note applicable n/a na nka n idk dunno tbh
    imo imho btw lol haha ha hmm hm erm er um uh oh ah well please pls plz thank thanks thankyou
    thanx thx ta cheers sorry hello hi hey dear sir madam regards x xx xxx xo bye stop quit
    unsubscribe test testing blah bla etc one two three four five six seven eight nine ten zero
    nill countless constant endless endlessly continuous continual continually ongoing like first
    second third once twice half hundred percent max maximum minimum full fully use used using
    user provide provided provides providing offered offers offering receive received receiving
    date wife husband mother mam mum mom dad father son daughter family friend friends relative
    patient patients parent parents child mate person anybody anyone someone somebody world life
    history past previous previously above aforementioned mentioned stated written wrote read
    reading day days everyday moment present whole entire total complete regarding concerning
    concerned whatsoever though although however while whilst despite able don t s m re ve ll d
    didn doesn couldn wouldn isn wasn haven hasn won shouldn ya yous youse thier wud cud shud wat
    wot bcz da de iam it's aint gonna wanna lets let continue continued continues remain remains
    anymore anyway anyways otherwise meanwhile part sort type allways alway alot verry realy
    realky vry vey veru v vv soo abit gut instinct private random bother bothered skip pass next
    nobodys own ourself hav av gav bcs tho thou yess nothng nuffin nuthin nothink owt matter
    """,
)

SPANISH = _words(
    evaluation="""
    bien bueno buena buenos buenas buen buenisimo buenísima mejor mejores mal malo mala malos
    malas peor peores malísimo malísima pésimo pésima pésimos fatal horrible terrible horroroso
    regular normal correcto correcta aceptable excelente excelentes estupendo estupenda genial
    fantástico fantástica maravilloso maravillosa perfecto perfecta perfectamente fenomenal
    increíble espectacular extraordinario inmejorable insuperable impecable óptimo óptima
    magnífico magnífica contento contenta contentos satisfecho satisfecha satisfechos satisfacción
    insatisfecho insatisfecha encantado encantada encanta encantó gusta gustó gustado feliz
    agradecido decepcionado decepcionada decepción decepcionante descontento descontenta enfadado
    harto harta vergüenza vergonzoso vergonzosa desastre desastroso asco asqueroso basura mierda
    porquería lamentable deplorable nefasto nefasta inaceptable deficiente mediocre problema
    problemas queja quejas recomiendo recomendable recomendaría mejorar mejorable chévere bonito
    lindo super estrellas ok okay top gran grande lujo desear contentísimo contentísima
    contentísimos cumple cumplen expectativas agrado agradable optimo disgusto disgustado enojado
    enojada bárbaro divino excelentísimo feo fea grandioso buenísimos encantados decepcionados
    quejarme reclamar reclamo mejora
    """,
    generic="""
    servicio servicios atención cliente clientes empresa compañía experiencia todo todos trato
    cosas cosa producto productos calidad
    """,
    neutral="""
    antes el la los las un una unos unas lo al del de a en con sin por para sobre que qué y o u e
    pero si sí no ni nada ninguno ninguna ningún nadie nunca siempre muy mucho mucha muchos muchas
    poco poca más menos tan tanto bastante demasiado super algo alguno es son era fue fueron ser
    está están estaba estoy estamos ha han he hemos había haber sido hay tiene tienen tengo tenido
    me mi mis te tu tus su sus se nos nosotros les le yo ella ellos usted ustedes este esta esto
    eso ese esa aquí así como cuando porque pues ya también hasta ahora momento gracias parece
    pareció creo pienso opino opinión digo decir sé saber saben quiero puede puedo haría hace hago
    dado dan dar nota puntuación puntuacion comentario comentarios comentar agregar añadir
    respuesta pregunta aplica razón motivo igual general realmente simplemente verdad todavía
    mismo cómo cual cada vez veces hola misma procede observación observaciones aportar ns nc nsnc
    x q xq pq porq tampoco deja queda diez cinco cero opinar contestar responder ver arriba
    anterior anteriormente dicho respuestas preguntas prefiero vale bah
    """,
)

FRENCH = _words(
    evaluation="""
    bien bon bonne bons bonnes mieux meilleur meilleure mal mauvais mauvaise pire nul nulle nuls
    moyen moyenne correct correcte passable excellent excellente excellents parfait parfaite
    parfaitement super génial géniale top extra formidable magnifique merveilleux merveilleuse
    impeccable irréprochable incroyable exceptionnel exceptionnelle remarquable agréable sympa
    chouette satisfait satisfaite satisfaits satisfaisant satisfaisante satisfaction insatisfait
    insatisfaite insatisfaisant content contente contents mécontent mécontente heureux heureuse
    ravi ravie ravis enchanté enchantée déçu déçue déçus décevant décevante déception horrible
    terrible affreux catastrophe catastrophique lamentable déplorable honteux honteuse honte
    pitoyable médiocre inacceptable insupportable scandaleux merde pourri aime aimé adore adoré
    plaît plu problème problèmes souci soucis recommande améliorer étoiles bof nickel ok okay tip
    grand grande redire reprocher reproche merdique horreur fuir éviter attentes hauteur bravo
    bravos faute défaut mécontents déteste détesté regret nulles nullissime mauvaises abominable
    exécrable insatisfaits plaisir sublime
    """,
    generic="""
    service services client clients clientèle clientele entreprise société compagnie expérience
    tout tous toute toutes prestation prestations chose choses produit produits ensemble qualité
    """,
    neutral="""
    le la les l un une des du de d à au aux en dans avec sans sur sous pour par que qu qui quoi
    dont où et ou mais donc or ni car si oui non ne n pas plus point rien aucun aucune personne
    jamais toujours très trop peu assez plutôt vraiment tellement beaucoup moins encore déjà
    bientôt aussi même est sont était étaient été être suis sommes a ai as ont avons avez avait
    avoir fait faire fut c ce cet cette ces ça cela s se j je me m mon ma mes moi t tu te ton ta
    tes toi il elle ils elles on nous vous notre nos votre vos leur leurs y comme quand parce
    puisque merci bonjour avis opinion pense trouve crois dire dit sais savoir note noter
    commentaire commentaires signaler ajouter réponse question remarque remarques ras néant raison
    particulier général globalement ensemble jusqu ici instant moment maintenant fois voilà vécu
    so aujourd hui abord idem cf voir dessus haut ci précédemment précédente zéro dix vingt x bah
    ben opinions sujet besoin envie répondre préfère mention égal
    """,
)

GERMAN = _words(
    evaluation="""
    gut gute guter gutes guten gutem besser beste bester bestens schlecht schlechte schlechter
    schlechtes schlechten schlechteste mies miese mieser miserabel furchtbar schrecklich
    fürchterlich katastrophe katastrophal grauenhaft grottig unterirdisch mangelhaft ungenügend
    ausreichend befriedigend mittelmäßig durchschnittlich durchwachsen okay ok ordentlich passt
    prima toll tolle toller tolles super klasse spitze spitzenmäßig ausgezeichnet ausgezeichneter
    hervorragend hervorragende hervorragender fantastisch wunderbar perfekt perfekte perfekter
    einwandfrei tadellos großartig genial hammer zufrieden zufriedenheit zufriedenstellend
    unzufrieden glücklich begeistert enttäuscht enttäuschend enttäuschung ärgerlich verärgert
    sauer frech unverschämt unmöglich peinlich lächerlich frechheit schande scheiße scheisse mist
    saftladen problem probleme problemlos meckern beschweren beschwerde beschwerden gefällt
    gefallen gerne empfehlen empfehlenswert weiterempfehlen verbessern verbesserung sterne freude
    schön schöne nett auszusetzen bemängeln beanstanden beanstandung beanstandungen top erwartung
    erwartungen zumutung unverschämtheit traurig schwach grausam schrott müll empfehle gefreut
    schöner nervig unbefriedigend klappt mega geil wunderbarer erstklassig beschissen dreck
    enttäuschte wünschen zufriedene rundum
    """,
    generic="""
    service kundenservice kundendienst kunde kunden firma unternehmen anbieter dienst leistung
    leistungen dienstleistung erfahrung erfahrungen alles ganze sache sachen betreuung produkt
    qualität
    """,
    neutral="""
    a der das den dem des ein eine einer eines einem einen kein keine keiner keinen keinerlei und
    oder aber doch denn weil da dass ob wenn als wie wo was wer warum in im an am auf aus bei mit
    nach von vom zu zum zur für über unter um ohne bis seit durch gegen ich mir mich mein meine
    meiner meinen du dir dein sie ihr ihre ihnen er es wir uns unser unsere man sich ist sind bin
    seid sein waren gewesen wird werden wurde habe haben hatte gehabt ja nein nicht nichts niemand
    nie niemals immer sehr ganz ziemlich wirklich total absolut völlig recht eher etwas mehr
    weniger viel viele wenig alle allem allen rundum bisher bislang jetzt noch schon auch nur so
    dann mal einfach halt eben gerade bitte danke dank hallo meinung finde fand denke weiß sagen
    gesagt gebe geben note punkte punktzahl bewertung bewertungen antwort frage fragen kommentar
    kommentare anmerkung anmerkungen angabe angaben hinzuzufügen ergänzen einfällt spontan ka k
    grund gründe gibt diese dieser dieses dies möchte kann könnte würde aktuell momentan soweit
    insgesamt allgemein läuft nix ahnung oben siehe wieder durchaus überaus außerordentlich
    ausserordentlich jederzeit null zehn eins hier dazu davon daran damit meinem nö nee jo stimmt
    wüsste wissen ausfüllen antworten egal sonst weiter weiteres hab hätte wäre ne
    """,
)

PORTUGUESE = _words(
    evaluation="""
    bom boa bons boas bem ótimo ótima ótimos melhor melhores mal mau má ruim ruins péssimo péssima
    pior horrível terrível excelente excelentes maravilhoso maravilhosa fantástico fantástica
    perfeito perfeita incrível espetacular sensacional show impecável razoável regular mediano
    média normal satisfeito satisfeita satisfeitos satisfação satisfatório insatisfeito
    insatisfeita feliz contente encantado decepcionado decepcionada decepção desiludido desiludida
    gosto gostei gostamos adoro adorei amei amo odeio odiei lixo porcaria merda vergonha
    vergonhoso lamentável desastre inaceitável problema problemas reclamação reclamações reclamar
    recomendo recomendaria melhorar top legal bacana estrelas fixe ok okay certo certa super
    desejar expectativas agradável mil contentes tristeza triste chateado chateada horrorosa
    horroroso horríveis sofrível agrada agradou parabéns nulo fraco fraca satisfeitas satisfatória
    queixa queixas otimo otima pessimo pessima
    """,
    generic="""
    serviço serviços atendimento cliente clientes empresa companhia experiência tudo todos coisa
    coisas produto produtos qualidade
    """,
    neutral="""
    o a os as um uma uns umas do da dos das de no na nos nas em com sem por para pelo pela sobre
    que quê e ou mas se sim não nao nem nada nenhum nenhuma ninguém nunca sempre muito muita
    muitos muitas pouco mais menos tão bastante demais é são era foi foram ser está estão estava
    estou estamos há tem tenho têm tive tinha ter sido eu me meu minha meus tu você vocês te seu
    sua ele ela eles nós nosso este esta isto isso esse essa aqui assim como quando porque pois já
    também até agora momento obrigado obrigada acho penso opinião dizer digo sei saber quero posso
    nota pontuação comentário comentários comentar acrescentar adicionar declarar resposta
    pergunta aplica motivo razão geral realmente simplesmente verdade ainda mesmo cada vez vezes
    ao à aos às dez zero prefiro responder opinar acima ver igual anterior deixa fica ficar queria
    vou vai pra pro né ai ns nr observação observações declaro razões
    """,
)

ITALIAN = _words(
    evaluation="""
    bene buono buona buoni buone buon meglio migliore migliori male cattivo cattiva pessimo
    pessima pessimi peggio peggiore peggiori orribile terribile scadente scarso scarsa mediocre
    discreto discreta sufficiente insufficiente accettabile inaccettabile ottimo ottima ottimi
    ottime eccellente eccellenti fantastico fantastica perfetto perfetta perfettamente
    meraviglioso meravigliosa splendido splendida stupendo bravissimi bravi bravo incredibile
    eccezionale impeccabile super top soddisfatto soddisfatta soddisfatti soddisfazione
    soddisfacente insoddisfatto insoddisfatta contento contenta contenti felice deluso delusa
    delusi deludente delusione vergogna vergognoso vergognosa schifo schifoso disastro disastroso
    merda piace piaciuto adoro odio problema problemi lamentele lamentela lamentarmi consiglio
    consigliato consiglierei migliorare stelle bello bella ok okay aspettative soddisfacenti
    ottimamente malissimo benissimo buonissimo penoso penosa brutto brutta orrendo terribili
    lodevole valido valida eccellentemente apprezzato apprezzo complimenti lamentare reclami
    reclamo piacevole grande ridire perfetti contentissimo contentissima soddisfattissimo
    """,
    generic="""
    servizio servizi cliente clienti azienda ditta società compagnia esperienza tutto tutti tutte
    cosa cose prodotto prodotti qualità
    """,
    neutral="""
    il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli
    alle da dal dalla in nel nella con senza su sul sulla per tra fra che chi cui e ed o ma se sì
    si no non né niente nulla nessun nessuno nessuna mai sempre molto molta molti tanto poco più
    meno così abbastanza troppo davvero veramente proprio è sono era erano stato stata stati
    essere ha ho hanno abbiamo avuto avere fatto fare c ci mi mio mia miei io tu te ti tuo suo sua
    lei lui loro noi nostro vi voi vostro questo questa quello quella qui come quando perché poi
    già anche ancora finora ora momento grazie credo penso opinione parere dire dico so sapere
    saprei voto punteggio commento commenti commentare aggiungere segnalare risposta domanda
    motivo ragione generale complesso complessivamente semplicemente boh sopra vedi trovo trovato
    dichiarare preferisco rispondere nd dieci zero mah precedente stesso stessa insomma idea fine
    """,
)

DUTCH = _words(
    evaluation="""
    goed goede goeds beter beste prima prettig fijn fijne leuk mooi top super geweldig geweldige
    fantastisch fantastische uitstekend uitstekende perfect perfecte uitmuntend voortreffelijk
    schitterend grandioos keurig netjes redelijk redelijke matig matige gemiddeld voldoende
    onvoldoende acceptabel slecht slechte slechter slechtste waardeloos waardeloze belabberd
    beroerd verschrikkelijk vreselijk vreselijke afschuwelijk dramatisch drama ramp rampzalig
    bagger klote kut ruk teleurgesteld teleurstellend teleurstelling tevreden tevredenheid
    ontevreden blij gelukkig enthousiast boos gefrustreerd schandalig schande belachelijk
    bedroevend onacceptabel probleem problemen klacht klachten bevalt bevallen aanbevelen aanrader
    verbeteren verbetering sterren ok oké hekel houd okay merken verwachting verwachtingen
    verwacht topservice heerlijk plezierig aangenaam jammer triest treurig bar mooie leuke
    schandalige tevredene puik picobello eersteklas ontevredenheid klagen ergernis uitmuntende
    """,
    generic="""
    service klantenservice klant klanten bedrijf aanbieder dienst diensten dienstverlening
    ervaring ervaringen alles geheel dingen ding product producten behandeling kwaliteit
    """,
    neutral="""
    de het een der den en of maar want omdat doordat dat die dit deze als dan wat wie waar waarom
    hoe in op aan bij met naar van voor over onder om zonder tot sinds door tegen te uit ik mij me
    mijn jij je jou jouw jullie u uw hij zij ze zijn haar hem hun wij we ons onze men zich is ben
    bent was waren geweest wordt werd worden heb heeft hebben had gehad ja nee niet niets niks
    niemand nooit altijd geen heel hele erg zeer zo echt best vrij nogal wel toch meer minder veel
    weinig alle allemaal nu toe nog al ook even gewoon eens hoor dank bedankt dankjewel mening
    vind vond denk weet weten zeg zeggen gezegd geef geven cijfer score beoordeling antwoord vraag
    opmerking opmerkingen commentaar toevoegen bijzonderheden toelichting reden kan kon zou mag
    moet gaat ging algemeen verder speciaals idee nvt boven zie zoals tien nul acht zeven negen
    vraagt vragen ingevuld invullen antwoorden zelfde hetzelfde daar hier eigenlijk helemaal
    gevoel persoonlijk persoonlijke dus
    """,
)

LANGUAGES = (ENGLISH, SPANISH, FRENCH, GERMAN, PORTUGUESE, ITALIAN, DUTCH)
