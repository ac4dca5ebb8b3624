"""The texts of the sample archive: every town, person, outlet and event is invented.

A text is (title, body). In a body a blank line parts paragraphs; the line breaks inside a
paragraph are only the wrapping of this file. `[[copy]]` marks where make_sample.py sets a
passage taken from another article.
"""

# What brackwatergazette.example prints under each of its articles.
GAZETTE_FOOTER = (
    "© 2025 Brackwater Gazette. Sign up for our free morning newsletter and get the river levels, "
    "the market prices and the day’s headlines before breakfast."
)

ENGLISH = {
    # --- stories that others print -------------------------------------------------------------
    "nw-harbour-wall": ("Crack in harbour wall shuts Port Alder to ferry and fishing fleet", """
PORT ALDER (Northwire) — Engineers closed the outer harbour wall at Port Alder on Tuesday after
divers found a crack eleven metres long beneath the waterline, shutting out the ferry and about
forty fishing boats until further notice.

The damage was discovered during a routine inspection ordered after last month’s storms, harbour
master Ines Calloway said. Two of the concrete blocks that carry the lighthouse road have shifted
by the width of a hand.

“The wall is not about to fall, but nobody here is willing to bet a crew on it,” Calloway told
reporters on the quay. “We will reopen when the engineers sign their names, and not an hour
sooner.”

Ferry passengers are being taken by bus to Saltmarsh End, where a smaller boat leaves twice a day.
The fishing cooperative put its losses at 18,000 crowns a day and asked the county for emergency
help.

Repairs are expected to take three weeks if the weather holds. A crane barge was due to arrive
from Quillford on Thursday evening.
"""),
    "nw-rail-strike": ("Drivers on Wendle Valley line to strike for two days", """
QUILLFORD (Northwire) — Train drivers on the Wendle Valley line will walk out for forty-eight
hours from midnight on Thursday after talks over weekend rosters collapsed, their union said on
Monday.

The stoppage will halt every service between Quillford and Highmoor and leave roughly nine
thousand commuters looking for another way to work. Freight trains to the Port Alder docks will
run at night with managers at the controls.

Union secretary Tobias Renn said the company had offered drivers one free weekend in five, down
from one in three. “People took this job knowing they would miss some birthdays,” he said. “They
did not agree to miss all of them.”

Wendle Rail called the strike disappointing and said that its latest proposal included a pay rise
of four per cent. Tickets already bought may be used on any day until the end of June, or refunded
without a fee.

A second walkout is planned for the last week of the month unless the two sides meet again.
"""),
    "courier-hospital": ("Children’s ward at St Bride’s saved after 14,000 sign petition", """
The children’s ward at St Bride’s Hospital will stay open through the winter, its trust decided on
Wednesday, ending four months of uncertainty for families along the coast.

Managers had proposed to move the ward’s twelve beds to Highmoor, fifty minutes away by road,
because three of its nursing posts stood empty. A petition against the plan gathered 14,200
signatures, more than the number of people who voted in the last council election.

“We listened, and then we did the sums again,” said trust chair Marguerite Oduya. “Driving a child
with a fever over the moor at night was never going to save anybody money.”

Two of the vacant posts have now been filled by nurses returning from retirement, and a third will
be shared with the maternity unit next door. The trust will review staffing each quarter and
publish the figures.

Parent Callum Dray, whose daughter spent nine nights on the ward in February, said he had kept his
car packed since the spring. “Tonight I am taking the suitcase out of the boot,” he said.
"""),
    "herald-lantern-festival": ("Two thousand lanterns climb Highmoor Hill", """
More than two thousand paper lanterns were carried up Highmoor Hill on Saturday night for the
town’s ninety-first Lantern Walk, the largest since organisers began to count them.

The procession left the Corn Hall at dusk behind the colliery band and reached the beacon shortly
before eleven. Rain held off until the last verse of the shepherds’ hymn, which by custom is sung
in the dark with every candle blown out.

First prize for a family lantern went to the Abara children of Tanner’s Row, who built a heron with
moving wings out of willow, tissue and bicycle spokes.

“My grandfather walked in the first one with a jam jar on a string,” said steward Lottie Penhale,
eighty-two. “He would have asked what all the fuss was about, and then he would have cried.”
"""),
    "nw-eel-study": ("Tagged eels took a detour nobody expected, researchers say", """
WENDLE MOUTH (Northwire) — Young eels returning to the Wendle estuary do not swim straight for the
river but circle a sandbank for up to nine days first, according to a study released on Friday that
followed two hundred of the fish with tags the size of a rice grain.

Scientists at the Alder Marine Station think that the animals wait there for their bodies to adjust
from salt water to fresh. Until now the bank was thought to be of little value and had been
marked for dredging next spring.

“We kept assuming the receivers were broken,” said lead author Priya Hallam. “Then we realised the
eels were telling all of us the same thing.”

Numbers of eels in the county’s rivers have dropped by four fifths since the 1980s. The station has
asked the port authority to put off the dredging for two seasons, and to test whether a shallower
channel would serve ships equally well.

The authority said that it would study the findings and reply within a month.
"""),
    "nw-election": ("Recount hands Quillford mayor’s chair to newcomer by six votes", """
QUILLFORD (Northwire) — A beekeeper who had never stood for office will be the next mayor of
Quillford after a recount on Friday gave her a lead of six votes out of nearly eleven thousand.

Rosalind Achterberg, 44, ran as an independent on a promise to publish every council contract
within a week of its signing. Her opponent, three-term mayor Hugh Stannard, conceded shortly after
noon and wished her luck.

Election officers counted the ballots by hand three times over two days, and at each count the
margin moved by no more than two. A box of forty-one postal votes, found unopened behind a radiator
in the town clerk’s office, was admitted after lawyers for both candidates had inspected its seals.

She takes the oath on the first of June. Her bees, she told supporters, will have to share the
garden of the official residence.
"""),

    # --- what copies add of their own ----------------------------------------------------------
    "courier-lantern-festival+1": ("", """
Port Alder sent its own delegation for the first time. Thirty pupils from Quay Street Primary came
by coach with a lantern in the shape of a lifeboat, four metres long, which had to be taken apart
twice to pass beneath the arch at Sheep Gate.

Teacher Owen Farrant said that the class had worked on it every Friday since February. The boat
will hang in the Seamen’s Chapel until September.
"""),

    # --- the same event, told by each outlet in its own words ------------------------------------
    "courier-school-budget": ("Council trims school music to balance the books", """
Music lessons in the county’s primary schools will be cut by a third from September after
councillors passed a budget on Tuesday night that closes a gap of 2.1 million crowns.

The vote, nineteen to sixteen, came after five hours of debate and was met with a slow handclap
from the public gallery, where parents had brought recorders and one tuba.

Education lead Fenella Voss said she took no pleasure in it. Without the saving, she argued, two
village schools would have shut outright.

Opposition members wanted to draw on reserves instead. Their amendment failed by a single vote when
one of their own, Reg Tollard, was found to have gone home to feed his calves.
"""),
    "herald-school-budget": ("Village schools spared as county agrees spending plan", """
Headteachers at Moss Side and Upper Fell breathed out on Wednesday morning: their schools, with
fifty-three children between them, are safe for at least another year.

The reprieve was buried on page forty of the spending plan that Wendle County adopted late the
evening before. To pay for it, visiting instrument teachers lose a third of their hours, and the
school bus from Fell Gate will run once a day rather than twice.

“I am relieved for us and sorry for the fiddlers,” said Janet Ould, who leads Upper Fell and teaches
its top class. She learned of the outcome from a governor’s text message at ten past midnight.

Highmoor’s four councillors split evenly. Campaigners plan to be back in the spring, when the next
round of savings is due to be named.
"""),
    "gazette-school-budget": ("Narrow vote settles row over classroom money", """
Brackwater families face shorter music timetables this autumn, but no closures, under a compromise
that scraped through the county chamber by three votes.

The deal fills a hole of just over two million left by falling grants and a rising heating bill.
Roof repairs at Mill Lane Juniors, promised since the 2022 gales, survive untouched.

Local member Yusuf Brandreth backed it reluctantly. He said a one-off dip into savings would have
been kinder, “but you can only sell the family silver once, and we sold most of it in 2019.”

The drummers of the Brackwater youth orchestra protested outside in the rain. A charity concert to
pay for lost lessons is pencilled in for July.
"""),
    "nw-tarn-flood": ("Sixty homes emptied as river tops its bank at Lower Tarn", """
LOWER TARN (Northwire) — About sixty households were led from their homes before dawn on Sunday when
the river Tarn broke over an earth bank weakened by moles, flooding three streets to the height of a
kitchen table.

No one was hurt. Firefighters used a hay trailer and two canoes borrowed from the scouts to reach
residents of a nursing home, the county emergency office said, and the last of them was on dry
ground by half past seven.

Ninety millimetres of rain had fallen on the moor in a day and a half, almost twice what is usual
for the whole of May. Pumps were working on Sunday evening and the level was dropping by a few
centimetres an hour.

Officials urged people not to drink tap water from private wells until samples had been examined.
"""),
    "herald-tarn-flood": ("“I heard the piano float”: a night of water in Lower Tarn", """
Wilf Ashby woke at four to a sound that he could not place. It was his piano, bumping softly against
the parlour ceiling lamp.

By then Chapel Street was a canal. The bank behind the allotments had given way in the dark, and
brown water full of onions and fence posts was finding its way through letter boxes.

Neighbours knocked on doors with broom handles. Someone fetched the scouts’ canoes; farmer Dilys Orme
backed a trailer as deep as her tractor would go and took aboard, in her words, “eleven grandmothers
and a parrot.”

In the school gym, where the evacuees were given tea, nobody complained much. They had asked for a
proper wall since 1998, several of them said, and were promised one each time there was a vote.

Ashby hopes to dry the piano. It was never in tune, he admits, and may have improved.
"""),

    # --- one outlet's fill-in-the-blank release ---------------------------------------------------
    "TEMPLATE": ("Upland Fund grant for {town}", """
The Upland Community Fund has awarded {sum} crowns to {town} to help volunteers {purpose}. The grant
is one of twenty-four made this spring across the district.

{leader}, who wrote the application, said everybody in {town} was delighted. The work is expected to
begin in {month} and local contractors will be invited to bid for it.

Applications to the next round are open to any parish, club or school with a bank account and a
written constitution. Forms may be collected at the library or requested by post, and must be
returned by the last Friday in August.

Since it was founded with the legacy of quarry owner Edwina Strake, the fund has given away more
than three million crowns. Trustees meet twice a year and publish their reasons for each decision.
"""),

    # --- repeats inside an article ---------------------------------------------------------------
    "courier-swim-club": ("Dawn swimmers win fight for a warm hut", """
The Port Alder Dawn Dippers may keep their hut on East Beach, planners ruled on Thursday, provided
that they paint it a colour other than orange.

The shed, four metres by three, was put up last winter without permission by members who were tired
of changing behind a towel in the sleet. A neighbour complained that it could be seen from the moon.

Inspector Noor Whitlock found that it did no harm to the view and a good deal of good to the
swimmers, whose average age is sixty-seven. The club has chosen a shade called driftwood and will hold
a painting party after Sunday’s swim.
"""),
    "herald-bypass": ("Bypass route narrowed to two", """
Planners have dropped three of the five routes drawn for the Highmoor bypass and will ask residents
to choose between the others in June.

The northern line would cross the old racecourse on a low viaduct. The southern one is shorter and
cheaper, but it passes within sight of the stone circle at Nine Maidens and would take part of two
farms.

What happens next

Exhibitions open at the Corn Hall on the second of June, with a model on which visitors can move the
road themselves. Written comments are accepted until the end of the month.

A decision is due before Christmas. Even then, county surveyor Amrit Dunleavy cautioned, nobody should
expect to see a digger for at least four years, because the money has not been found.
"""),
    "sweep-robot-lighthouse": ("Robot gets job cleaning lighthouse lens", """
A six-legged robot built by college students has begun to clean the great lens of Skerry Light, a task
that used to take two keepers a full day with vinegar and chamois leather.

The machine, nicknamed Limpet, clings to the glass with suction cups and wipes it in spirals. It
weighs less than a loaf of bread and stops by itself when the wind rises.

Its first shift was not flawless. Limpet polished the same prism for fifty minutes before an instructor
noticed that a moth on the camera had been mistaken for dirt.

The lighthouse trust will lend it to three other stations this summer. Retired keeper Magnus Tveit,
who was invited to watch, called the result streak-free and asked whether it could do windows.
"""),
    "courier-water-works": ("Three water main jobs start on Monday", """
Alder Water begins work on three mains on Monday. Customers have been sent a card with the date for
their street; the company’s notice is summarised below.

Rope Walk

Impact:

No supply between nine and three on Monday and Tuesday. Tankers will stand outside the chandlery.

Gull Lane and the Steps

Impact:

Low pressure for up to ten days. Homes above the third landing may find that showers run cold.

Lighthouse Road

Impact:

Traffic will pass in one direction at a time under the control of lights, and the night bus will stop
at the foot of the hill.

The pipes being replaced were laid in 1911. The firm expects to lose far less water through leaks when
all of the work is finished, and says bills will not rise on account of it.
"""),
    "herald-last-baker": ("Last oven cools on Tanner’s Row", """
After fifty-eight years of rising at two in the morning, Highmoor baker Cyril Ottery will close his
shop on Tanner’s Row at the end of June.

Ottery, seventy-six, learned the trade from an aunt and still uses her scales. Buyers have looked at
the premises, he said, but all of them wanted to sell coffee.

His Saturday queue has been known to reach the horse trough. In the hard winter of 1981 he delivered
by sledge, and was paid in coal. “A town that buys its bread from a lorry will forget how to say good
morning,” he said while wrapping a seeded loaf.

The recipe for his lardy cake goes to the primary school, sealed, to be opened by the first pupil who
can lift a full sack of flour.
"""),

    # --- articles that quote a passage from elsewhere ----------------------------------------------
    "courier-harbour-history": ("Harbour office warned of weak wall two years ago", """
The crack that closed the harbour this week did not come as a surprise to everyone. A letter kept at the
fishermen’s institute, seen by the Courier, shows that the danger was described in plain words.

It was written in 2023 by the retired pilot Anselm Treloar and addressed to the harbour committee. One
paragraph reads:

[[copy]]

Minutes show that the letter was noted, and that members then moved on to the price of ice. Two of the
five still sit on the committee. Neither wished to speak about it when telephoned on Thursday.

Treloar, who is ninety, takes no satisfaction in having been right. He would rather, he told us, have been
a foolish old man with a sound wall.
"""),
    "gazette-bee-mayor": ("What a beekeeper might teach the town hall", """
Brackwater has watched its neighbour’s election with envy. Our own last contest had one candidate, who
won.

Down the river they had to count and count again, and what impressed us was not the drama but the care:

[[copy]]

Nobody shouted. Nobody hired a marching band. The loser went home for lunch.

There is a lesson in it for our own clerk, whose filing was last inspected when the mill still ran. Before
the next vote we would like to see every cupboard, radiator and biscuit tin on the ground floor opened in
the presence of two witnesses. And if the new mayor has a hive to spare, the rose garden behind the baths
is at her disposal.
"""),
    "herald-moor-road": ("Ambulance crews want lay-bys on the moor road", """
Ambulance drivers have asked the county for four lay-bys on the single-lane road over the moor, where a
meeting with a milk tanker can cost ten minutes of reversing.

The request was prompted by a scheme that has since been dropped. As the Port Alder Courier reported:

[[copy]]

Although that ward now stays where it is, crews still make the crossing some three hundred times a year, most
often with heart patients. Paramedic Gwen Tarrow timed her last twenty trips and found that the slowest took
almost twice as long as the fastest.

Each lay-by would cost 30,000 crowns. The roads committee walks the route later this month with the drivers,
weather and sheep permitting.
"""),

    # --- nothing special ---------------------------------------------------------------------------
    "nw-copper-mine": ("Old copper mine to store summer heat", """
STRAKE (Northwire) — A flooded copper mine that has been idle since 1934 will be used to keep summer warmth
for winter heating under a plan approved on Thursday by the energy regulator.

Water from the lowest galleries is to be warmed by solar panels between May and September and pumped back
underground, where rock holds the heat for months. In the cold season it will serve four hundred flats and a
swimming pool.

Similar schemes elsewhere have returned about two thirds of the energy put in, said project engineer Lev
Marchetti. Drilling starts in the autumn.

The mine’s bats, of which there are eleven thousand, get an entrance to themselves.
"""),
    "nw-grain-price": ("Late frost lifts oat price to six-year high", """
BRACKWATER (Northwire) — Oats sold for 212 crowns a tonne at the Brackwater exchange on Monday, the dearest
since 2019, as traders weighed the effect of three frosty nights on young crops in the valley.

Growers’ groups estimate that one field in eight must be sown again. Barley, which is planted earlier and had
hardened, was barely touched and closed slightly lower.

Mills hold stocks for about seven weeks. “Porridge is safe,” broker Ottoline Kemp said. “I am less sure about
biscuits.”

Warmer air is forecast from midweek, and the ministry will publish its first survey of the damage on Friday.
"""),
    "courier-lifeboat-dog": ("Stowaway spaniel earns lifeboat medal", """
A spaniel that hid in a locker and barked at just the right moment has been given a medal by the crew of the
Port Alder lifeboat.

Biscuit, three, belongs to coxswain Hal Pengelly and is forbidden to go to sea. On the night of the twentieth of
April she went regardless, and was discovered only when she began to howl at an empty patch of fog.

The helmsman cut the engine. In the quiet the volunteers heard a whistle: two anglers were sitting on an upturned
dinghy not thirty metres off.

The rules have been amended. Dogs remain banned, with one exception, who has been measured for a life jacket.
"""),
    "courier-chess-ferry": ("Stranded passengers finish a tournament on the quay", """
When the ferry to Gannet Island was cancelled last week, sixteen of the people left behind turned out to be
chess players on their way to a congress. They held it anyway.

Fish boxes served as tables and the harbour clock, which gains four minutes a day, was agreed upon as official.
Gulls upset two games, and both were drawn by consent.

The winner, retired midwife Bettina Sorrel, beat a student forty years her junior with a bishop that had been
replaced by a mussel shell. Her prize was a crab.

Islanders listened to the last round by radio and have invited the company back for August, with a promise of
better furniture.
"""),
    "courier-football": ("Alder snatch promotion with last kick", """
Port Alder Athletic are back in the second division after a goal in the ninety-seventh minute gave them a 3-2 win
over Quillford Rovers on Saturday in front of 4,106 at Cable Street.

Rovers led twice, through Nkemelu and a penalty from Shaw. Each time the home side answered within ten minutes,
first with Dacre’s header, then when a clearance struck the referee and fell to Ilves.

A draw would have sent Rovers up instead. But in the final seconds goalkeeper Sam Trevanion came forward for a
corner, slipped, and diverted the ball over the line with his knee.

“I have been practising that for years,” the keeper said, and was not believed.
"""),
    "gazette-weir": ("Salmon ladder opens at Mill Weir", """
For the first time since the Brackwater mill was built in 1788, fish can swim past it without having to leap.

A staircase of nineteen pools, each a hand’s breadth higher than the one before, was opened to the river on Monday
by the anglers’ club, who raised half of the cost by selling hand-tied flies.

By Tuesday lunch an underwater camera had counted seven sea trout, one salmon and a bemused duck. Pictures are shown
on a screen in the window of the post office.

Warden Idris Pell asks visitors to keep to the boardwalk. Otters have already been to inspect the arrangement, and he
suspects that they approve of it.
"""),
    "gazette-mill-clock": ("Mill clock strikes thirteen, again", """
The clock on the old mill struck thirteen at noon on three days this month, and nobody is able to say why.

Clockmaker Henrietta Boll has had the movement apart and found it clean. A pigeon was ruled out by means of flour
spread upon the ledge. Her present theory concerns the vibration of the new bottling line across the yard, which starts
up at precisely twelve.

Some residents would be sorry if it were cured. The Thirteen Bells public house has offered a free half to any customer
who hears the extra stroke, and reports that its lunchtime trade has never been so punctual.
"""),
    "gazette-allotments": ("Waiting list for allotments reaches eleven years", """
Anyone who puts their name down for a vegetable plot in Brackwater today can expect to start digging in 2036.

The parish keeps ninety plots behind the cemetery and 214 hopefuls on a list, clerk Sunniva Grey told its annual
meeting. Only eight changed hands last year, three of them by inheritance.

One proposal is to halve each plot as it falls vacant. Another is to lease the strip beside the railway, though soil
tests there have turned up more coal than earth.

The present record for a marrow, 51 kilograms, was set on plot seventeen. Its tenant, who is ninety-three, has no plans
to retire.
"""),
    "herald-band-contest": ("Colliery band plays on without its tubas", """
Highmoor Colliery Band came second in the regional brass contest on Saturday although both of its tubas were locked in a
van whose keys lay at the bottom of a reservoir.

Conductor Morwenna Jago handed the bass line to a bassoonist from the audience, a dentist who had come to hear her son. She
had not played in public for nineteen years.

Judges praised what they called an unusual transparency in the lower parts. The band goes on to the national final in
October.

Divers from the sailing club recovered the keys on Sunday, together with a bowling trophy stolen in 1977.
"""),
    "herald-stargazing": ("Moor street lamps go dark for the stars", """
Four villages on the western edge of the moor will switch off their street lamps after eleven at night from the first of
September, in the hope of becoming the county’s first dark-sky reserve.

A survey by the astronomy society found that the Milky Way can be seen there on two clear nights out of three, but that it
fades towards Highmoor, where the garden centre lights its car park until dawn.

Innkeepers are in favour: guests who look at stars, one noted, also order breakfast. A trial in March produced one twisted
ankle and eleven applications to join the society.
"""),
    "sweep-umbrella": ("The town where umbrellas are free", """
Leave an umbrella on a train in the north and there is a fair chance that it will end up in Saltmarsh End, where
four hundred of them hang on a fence by the bus stop for anyone to use.

The idea came from the lost-property office, which was about to burn a decade’s worth. Now commuters take one when it
pours and bring it back when they remember.

Last year ninety-one went missing, and a hundred and thirty appeared that nobody had put there. Pink ones vanish fastest.
A black one with a duck’s head has been returned every single time.
"""),
}

# notes/harbour-letter.txt, a plain text file without title, outlet or date.
HARBOUR_LETTER = """
To the Harbour Committee, Port Alder

Gentlemen and ladies, I piloted ships past the outer wall for thirty-six years and I know its moods. I write
because I do not like the present one.

On every spring tide since Christmas I have watched water run out of the wall for the better part of an hour
after the sea has left it, from a seam low down on the lighthouse side. A wall that drinks will one day swallow,
and it will be in a northerly, at night, with boats inside.

I ask that a diver be sent, and not a clerk with binoculars. I would pay for the diver myself, but my pension was
fixed by this committee.

Your servant,

Anselm Treloar, pilot, retired
"""

SPANISH = {
    # --- noticias que otros publican
    "nw-es-embalse": ("El embalse de Peñarrubia baja al 19 % y obliga a racionar el riego", """
VALDEHIERRO (Northwire) — El embalse de Peñarrubia ha caído al 19 % de su capacidad, el nivel más bajo desde que se
construyó la presa en 1962, y obligará a racionar el riego en toda la comarca a partir del lunes, anunció el martes la
junta de aguas.

Los agricultores podrán regar solo tres noches por semana. El agua de consumo está asegurada hasta octubre, según la
presidenta de la junta, Amparo Lizana, que pidió a los ayuntamientos cerrar las fuentes ornamentales y revisar las
tuberías viejas.

«No es una emergencia todavía, pero se le parece cada mañana un poco más», dijo Lizana ante los regantes.

La bajada ha dejado al descubierto el campanario de Santa Olalla, el pueblo que quedó bajo el agua hace seis décadas.
Decenas de curiosos caminan hasta él los domingos, y la guardia rural ha tenido que rescatar a dos personas atrapadas en
el barro.

La junta volverá a reunirse el día treinta para decidir si extiende las restricciones a la industria.
"""),
    "diario-derbi": ("El Valdehierro gana el derbi con un gol de su utillero", """
El Deportivo Valdehierro venció el domingo por 2-1 al Ribera en un derbi que nadie olvidará, porque el gol de la victoria
lo marcó Chema Burgos, de cuarenta y seis años, encargado de lavar las camisetas del equipo.

Una gripe había dejado al entrenador con doce jugadores sanos y, tras dos lesiones y una expulsión, el reglamento permitió
inscribir a Burgos, que conserva ficha federativa desde sus tiempos de juvenil.

Entró en el minuto ochenta y tres con unas botas prestadas. Seis minutos después, un rechace del portero le cayó en el
pecho y él, según su propio relato, cerró los ojos.

El Ribera, que se había adelantado con un disparo lejano de Oteiza, reclamó fuera de juego sin éxito. Con este resultado
queda a cuatro puntos del ascenso cuando faltan tres jornadas.

El lunes, a las ocho, Burgos estaba de nuevo frente a la lavadora. Tenía dos mensajes de un club de primera y ninguna
intención de contestar.
"""),
    "voz-queso": ("La feria del queso bate su récord con ochenta productores", """
La feria del queso de Ribera del Alisio cerró el domingo con ochenta productores y más de veinte mil visitantes, la cifra
más alta en sus treinta ediciones.

El premio al mejor curado recayó en una quesería de tres hermanas de Monteluna, que maduran sus piezas en una antigua
estación de tren y las voltean al paso de cada mercancías, unas once veces al día, sin que haga falta mirar el reloj.

El jurado probó ciento cuarenta muestras en dos jornadas. Uno de sus miembros, cocinero de profesión, confesó que al
terminar cenó una manzana.

La organización estudia trasladar el recinto al antiguo matadero, porque la plaza se ha quedado pequeña y los vecinos piden
una noche de silencio.
"""),
    "nw-es-cooperativa": ("Las socias de la cooperativa de Monteluna eligen presidenta a una tractorista", """
MONTELUNA (Northwire) — La mayor cooperativa de almendra de la comarca eligió el jueves como presidenta a Jacinta Robles,
tractorista de treinta y cuatro años, que derrotó por dieciocho votos al candidato de la dirección saliente.

La asamblea duró siete horas y terminó a la luz de los faros de un camión, después de que una tormenta dejara sin corriente
la nave y los interventores tuvieran que contar las papeletas sobre el capó de un coche.

Robles prometió pagar a los socios antes de la vendimia y vender parte de la cosecha ya pelada, lo que exigirá comprar dos
máquinas nuevas.

El presidente saliente, que llevaba veintidós años en el cargo, le entregó las llaves y una linterna.
"""),

    # --- repeticiones dentro del artículo
    "voz-biblioteca": ("La biblioteca de Ribera abrirá de madrugada en época de exámenes", """
La biblioteca municipal de Ribera permanecerá abierta hasta las tres de la madrugada durante las cinco semanas de exámenes.

La medida responde a una carta firmada por doscientos estudiantes que, a falta de otro lugar, repasaban en la sala de espera
de la estación de autobuses.

Dos vigilantes y una bibliotecaria cubrirán el turno. Habrá caldo gratis a medianoche, donado por el mercado, y se
permitirá dormir con la cabeza sobre los libros siempre que no sean de los préstamos.
"""),
    "diario-puente": ("Reabre el puente de hierro tras catorce meses de obras", """
El puente de hierro de Valdehierro volvió a abrirse al tráfico el viernes después de catorce meses de obras y un
sobrecoste que el ayuntamiento aún no ha querido concretar.

Los operarios sustituyeron tres mil remaches y devolvieron a la barandilla su verde original, descubierto bajo nueve capas
de pintura. La acera del lado norte es ahora lo bastante ancha para dos carritos de bebé.

Los comerciantes de la orilla izquierda, que calculan haber perdido un tercio de las ventas, recibieron la noticia con una
traca. Pese al ruido, las cigüeñas de la torre no se movieron del nido.
"""),
    "voz-maestra": ("La maestra que dio clase por radio cumple cien años", """
Ribera celebró el sábado el centenario de Eulalia Montero, la maestra que durante la gran nevada de 1956 dio clase por la
radio a los niños de catorce aldeas incomunicadas.

Sus alumnos, hoy septuagenarios y octogenarios, acudieron con los cuadernos de entonces. Uno conserva la tabla del siete
escrita con carbón en el reverso de un saco.

Montero recuerda que el micrófono se helaba y que había que acercarlo al brasero. «Yo hablaba a una pared encalada y la
pared, semanas después, me devolvía las cartas de los niños», contó entre risas.

El pleno ha dado su nombre a la emisora municipal, que el lunes emitió, a la hora de siempre, un dictado.
"""),

    # --- artículos que copian un pasaje
    "diario-turismo": ("Más turistas, pocos hoteles: el verano que viene preocupa a la comarca", """
La comarca espera este verano un quince por ciento más de visitantes, pero solo ha sumado cuarenta camas desde el año
pasado, advierte un informe de la asociación de hosteleros.

El tirón, según el documento, llega de las rutas ferroviarias y de la gastronomía. Entre los ejemplos figura este:

[[copy]]

A falta de hoteles, varios municipios piensan abrir escuelas y conventos. Valdehierro ha ofrecido el seminario, con la
condición de que los huéspedes no toquen la campana.

Los hosteleros reclaman, sobre todo, un autobús nocturno. El último sale hoy a las nueve y diez, cuando en muchas mesas no
ha llegado el postre.
"""),
    "voz-apagones": ("Las tormentas dejan doce apagones en un mes", """
La comarca ha sufrido doce cortes de luz en lo que va de mes, el doble que el año pasado, y la compañía eléctrica lo atribuye
a un tendido que en algunos tramos cumple setenta años.

El más comentado tuvo lugar en Monteluna. Según informó la agencia Northwire:

[[copy]]

Nadie impugnó el resultado. Pero en la residencia de mayores de la misma calle el ascensor estuvo parado dos días, y una
panadería tiró seiscientas barras sin cocer.

La empresa promete cambiar once kilómetros de cable antes del invierno. Los alcaldes, escarmentados, han encargado
generadores, y la ferretería de la plaza ha agotado las velas.
"""),

    # --- sin nada especial
    "diario-observatorio": ("Un pastor descubre un meteorito y lo usa de asiento", """
Durante once años, el pastor Lorenzo Quiles se sentó cada tarde en una piedra negra que le parecía, dice, demasiado pesada
para su tamaño. El observatorio de Sierra Parda confirmó ayer que es un meteorito de cuarenta y dos kilos.

Lo identificó una estudiante que hacía senderismo y llevaba un imán en la mochila. Según los análisis, procede de un asteroide
rico en níquel y cayó hace unos tres mil años.

Quiles lo ha cedido al museo a cambio de una silla plegable y de una placa que recuerde también a su perra, que siempre se
negó a acercarse.
"""),
    "diario-tranvia": ("El tranvía histórico volverá a subir al castillo", """
El tranvía que unió el puerto fluvial con el castillo hasta 1971 volverá a circular la próxima primavera con dos de sus
coches originales, hallados en un gallinero a sesenta kilómetros.

La restauración corre a cargo de los alumnos de la escuela de oficios, que han tenido que fabricar a mano los pomos de latón y
convencer a las últimas gallinas.

El billete costará lo mismo que entonces, una moneda simbólica, para quienes vivan en la cuesta. Los demás pagarán tarifa de
autobús. Los frenos, insiste la concejala de transportes, serán nuevos.
"""),
    "diario-panaderos": ("Los panaderos piden harina de aquí", """
Nueve panaderías de Valdehierro se han unido para comprar el trigo a agricultores situados a menos de treinta kilómetros y
molerlo en la aceña de los Frailes, parada desde hace medio siglo.

El molinero será Bruno Astorga, informático en paro, que aprendió el oficio con vídeos y con los consejos de un tío de noventa
años. La piedra, dice, no admite prisas ni actualizaciones.

La hogaza subirá unos céntimos. A cambio llevará impreso el nombre de la finca, y los clientes podrán visitar el campo del que
salió su desayuno.
"""),
    "voz-coro": ("Un coro de sordos llena el teatro", """
Cuarenta y dos personas cantaron con las manos el sábado en el teatro Principal de Ribera, que colgó el cartel de no hay
entradas por primera vez en nueve años.

El coro Silencio Claro, dirigido por Irene Salvatierra, interpreta en lengua de signos canciones populares mientras un tambor
enorme transmite el compás por el suelo de madera. Muchos espectadores se quitaron los zapatos para sentirlo.

Al terminar no hubo aplausos, sino ochocientas manos girando en el aire. La gira seguirá por seis ciudades, y la recaudación
servirá para pagar intérpretes en los ambulatorios.
"""),
    "voz-huelga-basura": ("Acuerdo en la recogida de basura tras diez días de paro", """
Los barrenderos de Ribera levantaron el miércoles la huelga que había dejado cuatrocientas toneladas de residuos en las calles,
después de lograr dos domingos libres al mes y guantes nuevos cada trimestre.

La negociación se desbloqueó de noche, en la cocina del concejal de limpieza, a quien le había tocado bajar la basura propia y
no encontró dónde dejarla.

La empresa calcula que el centro quedará despejado antes del sábado. Los barrios altos tendrán que esperar al martes, porque los
camiones pequeños están en el taller.
"""),
}

JAPANESE = {
    # --- 他紙に載る記事
    "nw-ja-ferry": ("定期船「かもめ丸」欠航、島の薬は残り三日分", """
【白浜港・ノースワイヤ】白浜港と沖ノ瀬島を結ぶ定期船「かもめ丸」が十二日朝、機関の不調で運航を取りやめた。乗客五十八人は港の
待合室で一夜を明かし、町が毛布と温かい食事を配った。

運航会社によると、出港の直前に冷却水の警報が鳴り、点検で配管の亀裂が見つかった。部品は本土の工場から取り寄せるため、再開は
早くても十五日になる見通しだ。

島では生鮮食品の入荷が止まり、診療所の薬も三日分しか残っていない。町は漁協に頼み、漁船二隻で薬と牛乳を運ぶことを決めた。

沖ノ瀬町の𠮷田弘子町長は「島の暮らしは船一隻に支えられている。予備の船を持つ話を先延ばしにしてきた責任を感じる」と述べ、
六月の議会に補正予算案を出す考えを示した。
"""),
    "minato-fireworks": ("潮見川の花火、二年ぶりに復活 七月二十六日", """
潮見川の花火大会が二年ぶりに戻ってくる。実行委員会は九日、七月二十六日の夜に五千発を打ち上げると発表した。雨なら翌日に延ばす。

昨年は堤防の工事で中止となり、屋台を出す商店主からは「夏が来なかった」と嘆く声が上がっていた。今年は打ち上げ場所を河口側へ
三百メートル移し、工事の終わった広場に観覧席を千二百席もうける。

目玉は地元の花火師、黒沢蓮さんが考えた「くらげ」。開いた後に光の足がゆっくりと伸びて、水面近くで消える。試し打ちを三十回
重ねたという。

当日は臨時列車が四本走る。委員会はごみの持ち帰りと、犬を花火の音から遠ざけることを呼びかけている。
"""),
    "kitayama-clinic": ("山の診療所、医師が十年ぶりに着任", """
北山市の奥にある折戸診療所に、十年ぶりに常勤の医師が着任した。島根から移り住んだ内科医の森下千尋さんで、連休明けの七日から
診察を始めた。

診療所にはこれまで週に一度、市立病院の医師が片道一時間半をかけて通っていた。冬は雪で道が閉ざされ、去年は続けて三週間、白衣を
着た人の姿を見ることがなかったと住民は振り返る。

初日は二十三人が訪れた。血圧を測るだけのはずが畑の話になり、診察は日が暮れるまで続いた。森下さんは「薬より先に大根をいただいた」
と笑う。
"""),
    "nw-ja-owl": ("フクロウの羽に学ぶ静かな風車、試作機が完成", """
【北山・ノースワイヤ】フクロウの羽の縁をまねた風車の試作機が完成し、山手工科大学の研究班が八日に公開した。風を切る音は従来の
半分以下に下がったという。

フクロウの羽には櫛の歯のような細かな刻みがあり、空気の渦を小さく砕くことで音を消す。研究班は同じ形を樹脂で再現し、長さ二メートル
の羽根三枚に貼り付けた。

来月から市内の牧場で一年間、騒音と発電量を測る。班を率いる加納准教授は「牛が気づかずに昼寝を続けてくれれば成功だ」と話している。
"""),

    # --- 同じ出来事を別々に書いた記事
    "minato-heavy-rain": ("北山で記録的な雨、橋が流される", """
十七日未明から北山市で激しい雨が続き、二十四時間の雨量は観測史上最多の二百八十ミリに達した。赤石川にかかる木造の旧街道橋が流失
したが、けが人は確認されていない。

市は川沿いの百十世帯に避難を指示し、体育館など三か所に避難所を開いた。県道は二か所で土砂にふさがれ、復旧には四日ほどかかる見込み
だという。

気象台は、地盤がゆるんでいるため雨がやんでも斜面に近づかないよう注意を促している。
"""),
    "kitayama-heavy-rain": ("消えた橋のたもとで 大雨の夜を語る", """
「ごう、と鳴って、次に見たらもうなかった」。赤石地区の区長、梅田信夫さんは、百年近く集落をつないできた橋の最期をそう語る。

土曜の夜、住民は声をかけ合い、懐中電灯を手に高台の寺へ向かった。本堂に集まったのは八十人余り。和尚が薪をくべ、女性たちは持ち
寄った米でおにぎりを握った。

夜が明けると、川は茶色い海のようだった。通学路を失った子どもたちは、当分のあいだ隣町を回るバスで学校へ通う。梅田さんは流木を
一本拾い、記念碑の柱にするつもりだ。
"""),

    # --- 記事の中の繰り返し
    "minato-library": ("港の倉庫が図書館に 十日に開館", """
築七十年の魚倉庫を改めた「みなと図書館」が十日、港通りに開館した。蔵書は三万冊で、天井には荷を吊った滑車がそのまま残る。

閲覧席の窓からは水揚げの様子が見える。朝五時に開き、仕事を終えた漁師が長靴のまま入れる部屋も用意した。

館長の小谷さんは「本に少し潮の匂いがつくかもしれません」と話した。
"""),
    "kitayama-bus": ("市営バス、来月からダイヤ改正", """
北山市は六月一日から市営バスの時刻を改める。運転手の不足を受け、平日の便をおよそ一割減らす一方、病院へ向かう午前の便は増やす。

主な変更点

折戸線は終点を診療所の前まで延ばし、一日五往復とする。駅と温泉を結ぶ路線は、夜の最終を三十分早める。

車内で両替ができなくなるため、市は回数券かカードの利用を勧めている。新しい時刻表は二十日から駅の窓口と公民館で配る。
"""),

    # --- 一節を写した記事
    "minato-doctor-shortage": ("医師の足りない町をどう支えるか", """
県内の医師の数は十年で一割増えたが、その七割は港のある三つの市に集まっている。県が十四日にまとめた調べで分かった。

山あいの町の苦労は数字だけでは伝わらない。たとえば折戸では、こうだったという。

[[copy]]

県は来年度、研修を終えた若い医師に家と車を貸す仕組みを始める。だが定着のかぎは待遇より、相談できる同僚がいるかどうかだと専門家は
みる。画面越しに専門医へ尋ねられる回線の整備も急がれる。
"""),
    "kitayama-ranch": ("牛のそばで回る風車 牧場主の期待", """
白い羽根が三枚、牛舎の屋根の向こうに立った。北山市で五十頭を飼う辻村美穂さんの牧場が、大学の新しい風車の実験場に選ばれた。

ノースワイヤによると、仕掛けは次のようなものだ。

[[copy]]

辻村さんが引き受けたのは電気代のためだけではない。搾乳の時間に大きな音がすると乳の出が悪くなる。静かな風車なら、ほかの酪農家も後に
続けると考えた。「うちの牛は厳しい審査員ですよ」。結果は来年の夏に出る。
"""),

    # --- 特別なことのない記事
    "minato-auction": ("初ガツオ、過去十年で最も早い水揚げ", """
港町に初夏を告げるカツオが七日、例年より十日ほど早く揚がった。競り場には威勢のよい声が響き、一本三キロの上物に一万二千円の値がついた。

漁協によると、黒潮が沿岸へ寄り、水温が平年より二度近く高い。船長の一人は、四十年の経験でもこの時期にこれほど太った魚は珍しいと首を
かしげた。

市内の食堂では早速、わら焼きのたたきが品書きに並んだ。
"""),
    "minato-school-lunch": ("給食の献立、六年生が考える", """
浜町小学校の六年生が考えた給食が来週、市内の全校で出される。主役は、網にかかっても値がつかず捨てられてきた小魚だ。

児童は市場で話を聞き、骨ごと食べられるように二度揚げして甘酢をからめた。栄養士から塩分が多いと指摘され、出汁を工夫して三割減らした。

値段は一食あたり十八円。余った予算で、学校の畑に夏みかんの苗を植えるという。
"""),
    "kitayama-soba": ("休耕田に白い花 そばの種まき始まる", """
北山市の高原で、使われなくなった田をそば畑に変える取り組みが五年目を迎えた。今年は都会から移った若い家族を含む四十人が種をまいた。

種は地元に伝わる小粒の在来種で、香りは強いが倒れやすい。昨年は台風で半分を失ったため、背の低い麦を間に植えて支えにする。

収穫は九月末。新そばを味わう会には、まだ芽も出ないうちから二百件の申し込みがあった。
"""),
    "kitayama-baseball": ("九人ぎりぎりの野球部、県大会へ", """
部員が九人しかいない北山南高校の野球部が、春の地区予選を勝ち抜いた。県大会への出場は二十二年ぶりになる。

決勝では五回に捕手が指を痛め、外野手だった主将の堀内君が初めてマスクをかぶった。投手との合図は、前の晩に決めた三つだけ。それでも
最後の打者を内角の直球で打ち取った。

応援席には吹奏楽部がいない。代わりに太鼓を打ったのは、校門の前で店を営む豆腐屋の夫婦だった。
"""),
    "kitayama-snow-tunnel": ("峠の雪の回廊、きょう開通", """
冬のあいだ閉ざされていた白樺峠の道が、きょう半年ぶりに通れるようになる。除雪車が切り開いた雪の壁は高いところで七メートルに及ぶ。

作業にあたったのは十二人。人工衛星で道の位置を確かめながら、一日におよそ四百メートルずつ進んだ。途中、冬眠から覚めた熊の親子が道を
横切り、半日の足止めを食った。

見ごろは今月いっぱい。歩行者に開放される日曜の午前は、車の通行が止められる。
"""),
}
