// The languages of the demo's people: common given and family names, most frequent first, how they are put together,
// and what surrounds them. The lists are read by names.ts.
//
// Words are parted by spaces, `_` is a space inside a name, and `word=latin` adds a romanisation where latin.ts has
// none. Where a language has more names than fit a page, the rare ones are built: every root with every ending.

/** Common words, and roots and endings that make up the rare ones. */
export interface WordList {
  readonly common?: string
  readonly roots?: string
  readonly endings?: string
}

export interface Language {
  /** BCP 47 tag. */
  readonly tag: string
  /** How many speak it, relative to the other weights. */
  readonly weight: number
  readonly men: WordList
  /** Absent where given names do not tell. */
  readonly women?: WordList
  readonly family: WordList
  /** Endings of family names, and what they turn into for a woman. The first that fits is used. */
  readonly feminine?: readonly (readonly [ending: string, feminine: string])[]
  /** What stands for M in a shape: patronymics, or names put between. */
  readonly middle?: { readonly men: string; readonly women?: string }
  /** Full names with their odds: G a given name, F a family name, M a middle name, I an initial. */
  readonly shapes: Readonly<Record<string, number>>
  /** `*` is the family name. */
  readonly companies: readonly string[]
  readonly cities: string
  /** Whose phone numbers these people have, as in phones.ts; repeated to weigh more. */
  readonly countries: string
}

export const LANGUAGES: readonly Language[] = [
  {
    tag: 'en',
    weight: 25,
    men: {
      common: `James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony
        Mark Steven Paul Andrew Joshua Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas
        Eric Jonathan Stephen Justin Scott Brandon Benjamin Samuel Patrick Jack Oliver Harry Alfie Callum Seán Declan
        Noah Liam Ethan Logan Mason Caleb Wyatt Rhys Angus`,
    },
    women: {
      common: `Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Margaret Sandra Ashley
        Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia
        Kathleen Amy Angela Shirley Anna Emma Nicole Helen Samantha Katherine Olivia Amelia Isla Ava Grace Chloe
        Niamh Siân Brónagh Zoë Harper Willow Imogen`,
    },
    family: {
      common: `Smith Johnson Williams Brown Jones Taylor Davies Wilson Evans Thomas Miller Moore Anderson Jackson White
        Harris Martin Thompson Robinson Clark Lewis Lee Walker Hall Allen Young King Wright Green Baker Hill Campbell
        Mitchell Roberts Carter Phillips Turner Parker Edwards Collins Stewart Morris Murphy Cook Rogers Morgan Cooper
        Reed Bailey Kelly O'Brien O’Connor McDonald MacLeod Fitzgerald`,
      roots: `Ash Hart Brad Wood Stan West Nor Hal Win Lang Red Ather Thorn Whit Hol Col Kings Mar Black Ever Far Hazel
        Lock Mill Pem Rad Shel Wal`,
      endings: 'ford ton ley well field worth ham by stead brook bury wick',
    },
    shapes: { 'G F': 68, 'G I. F': 12, 'G G F': 7, 'G F-F': 3, 'F, G': 4, 'Dr G F': 1, 'G F Jr.': 1, G: 4 },
    companies: ['* & Sons Ltd', '* Plumbing', '* Dental Care', '* Holdings, Inc.', 'The * Bakery', '* LLP'],
    cities: 'London New_York Manchester Chicago Toronto Sydney Dublin Austin Leeds Melbourne Vancouver',
    countries: 'US US US US GB GB GB AU IE',
  },
  {
    tag: 'de',
    weight: 14,
    men: {
      common: `Thomas Michael Andreas Peter Stefan Christian Wolfgang Klaus Jürgen Markus Martin Matthias Daniel Frank
        Alexander Tobias Sebastian Jan Florian Uwe Jörg Günther Björn Lukas Jonas Felix Maximilian Leon Paul Finn
        Heinz Karl-Heinz Hans-Peter Dieter Rüdiger Götz Sören Torsten Ralf Bernd Jens Philipp Niklas Emil Anton Jakob
        Moritz Till Veit Wendelin`,
    },
    women: {
      common: `Maria Ursula Monika Petra Sabine Andrea Claudia Susanne Nicole Stefanie Katrin Birgit Heike Julia Anna
        Christine Sandra Melanie Katharina Lena Laura Lea Marie Sophie Käthe Bärbel Jördis Ännchen Ingrid Renate Gisela
        Brigitte Karin Martina Daniela Jana Hannah Mia Emilia Leonie Charlotte Frieda Greta Ida Anna-Lena Ann-Kathrin
        Friederike Swantje Wiebke Edeltraud`,
    },
    family: {
      common: `Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
        Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier
        Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert
        Vogel Friedrich Günther Keller Winkler Groß Böhm Jäger Strauß Yıldırım von_Bülow`,
      roots: `Stein Berg Wald Feld Bach Hof Linden Kirch Eichen Rosen Winter Sommer Alten Neu Ober Nieder Mühl Grün Wein
        Brunn Hirsch Birken Hasel Kreuz`,
      endings: 'mann bauer meier hofer bacher müller berger felder huber wald thal dorfer',
    },
    shapes: { 'G F': 78, 'G F-F': 5, 'F, G': 6, 'G G F': 4, 'Dr. G F': 3, G: 4 },
    companies: [
      '* GmbH',
      '* & Söhne KG',
      'Bäckerei *',
      'Autohaus * GmbH & Co. KG',
      'Praxis Dr. *',
      'Gasthof *',
    ],
    cities: 'Berlin Hamburg München Köln Düsseldorf Nürnberg Wien Zürich Gießen Würzburg Leipzig Graz',
    countries: 'DE DE DE DE DE DE AT CH',
  },
  {
    tag: 'es',
    weight: 9,
    men: {
      common: `Antonio José Manuel Francisco Juan David Javier Daniel José_Antonio Carlos Jesús Alejandro Miguel Rafael
        Pedro Ángel Pablo Sergio Fernando Luis Alberto Álvaro Adrián Diego Raúl Iván Óscar Rubén Andrés Joaquín Íñigo
        Santiago Víctor Mario Hugo Mateo Martín Nicolás Emilio Julián Gonzalo Agustín Ramón Sebastián Tomás`,
    },
    women: {
      common: `María Carmen Ana Isabel Laura Cristina Marta Dolores Lucía Pilar Elena Sara Raquel Mercedes Paula Rosa
        María_José Beatriz Nuria Silvia Julia Patricia Irene Andrea Rocío Mónica Alba Ángela Sofía Inés Begoña Valentina
        Camila Ximena Guadalupe Luz Verónica Noemí Concepción Belén Martina Daniela Gabriela Renata`,
    },
    family: {
      common: `García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz
        Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano Morales
        Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido
        Guerrero Lozano Peña Ibáñez Quintero Yáñez de_la_Cruz del_Río`,
      roots: 'Etxe Mendi Ibar Goiko Agirre Urru Arri Eliza Larra Zubi Bide Iturri',
      endings: 'berria garay zabal gorri tegi goitia barrena',
    },
    shapes: { 'G F F': 52, 'G F': 38, 'F F, G': 4, 'G F y F': 2, G: 4 },
    companies: ['Hermanos * S.L.', 'Panadería *', 'Talleres * S.A.', 'Clínica *', 'Peluquería *'],
    cities: 'Madrid Barcelona Sevilla Málaga Bogotá Ciudad_de_México Buenos_Aires León A_Coruña Córdoba',
    countries: 'ES ES ES MX MX AR',
  },
  {
    tag: 'pt',
    weight: 9,
    men: {
      common: `José João António Francisco Carlos Paulo Pedro Lucas Luís Marcos Gabriel Rafael Daniel Marcelo Bruno
        Eduardo Felipe Rodrigo Manuel Mateus André Fernando Fábio Leonardo Gustavo Guilherme Tiago Hélio Márcio Sérgio
        Vítor Caio Davi Miguel Arthur Heitor Thiago Júlio Otávio Nuno Rui Gonçalo Duarte Tomé Estêvão`,
    },
    women: {
      common: `Maria Ana Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna
        Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vitória Larissa Cláudia Beatriz Luana Rita Sônia Renata
        Eliane Josefa Simone Natália Carla Inês Conceição Helena Alice Laura Leonor Matilde Lúcia Mônica Graça`,
    },
    family: {
      common: `Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho
        Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes
        Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Conceição Magalhães Simões Brandão Leitão Guimarães
        Sá Antão Bragança Falcão Galvão Mourão Assunção dos_Santos da_Silva de_Souza`,
    },
    shapes: { 'G F': 36, 'G F F': 36, 'G G F': 12, 'G F e F': 2, 'G F F F': 8, G: 6 },
    companies: ['* & Filhos Lda.', 'Padaria *', 'Construções * S.A.', 'Farmácia *', 'Irmãos * Ltda'],
    cities: 'São_Paulo Lisboa Porto Rio_de_Janeiro Brasília Goiânia Maceió Braga Coimbra Florianópolis',
    countries: 'BR BR BR PT',
  },
  {
    tag: 'fr',
    weight: 7,
    men: {
      common: `Jean Pierre Michel André Philippe Alain Bernard Jacques Daniel Christophe Nicolas Patrick Frédéric Laurent
        Julien Éric Stéphane Thierry François Sébastien Gérard Jérôme Thomas Mathieu Benoît Loïc Gaël Raphaël Théo Hugo
        Noël Jean-Luc Jean-François Rémi Cédric Maël Étienne Grégoire Aurélien Clément`,
    },
    women: {
      common: `Marie Nathalie Isabelle Catherine Sylvie Françoise Monique Valérie Hélène Céline Sandrine Véronique Anaïs
        Chloé Léa Zoé Inès Manon Camille Aurélie Élodie Émilie Stéphanie Sophie Geneviève Thérèse Agnès Maëlle Océane
        Marie-Claude Anne-Sophie Joëlle Solène Clémence Amélie Noémie Margaux Jeanne Louise Élise`,
    },
    family: {
      common: `Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel García
        Roux Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Müller Lefèvre Faure Mercier Blanc Guérin
        Boyer Garnier Chevalier François Legrand Gauthier Perrin Clément Morin Nicolas Henry Mathieu Gautier Besançon
        Lemaître Hénault Crépin Noël Béranger d'Aubigné de_La_Tour L’Hôte`,
      roots: 'Beau Château Mont Roche Belle Clair Haute Font Bois Ville',
      endings: 'mont neuf court champ fort bois pré lieu',
    },
    shapes: { 'G F': 80, 'F G': 8, 'G F-F': 4, 'F, G': 4, G: 4 },
    companies: ['Boulangerie *', '* et Fils SARL', 'Garage * S.A.S.', 'Cabinet *', 'Café *'],
    cities: 'Paris Lyon Marseille Besançon Orléans Nîmes Genève Montréal Liège Saint-Étienne',
    countries: 'FR FR FR FR CH',
  },
  {
    tag: 'it',
    weight: 3,
    men: {
      common: `Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico
        Bruno Paolo Michele Giorgio Aldo Sergio Luciano Marco Andrea Alessandro Matteo Lorenzo Davide Niccolò Nicolò
        Tommaso Edoardo`,
    },
    women: {
      common: `Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Carla Elena
        Concetta Rita Margherita Franca Paola Giulia Chiara Sara Martina Federica Alessia Aurora Ginevra Beatrice Noemi
        Zoè`,
    },
    family: {
      common: `Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini
        Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini
        Leone D'Angelo Dell'Acqua Cantù Nicolò Lo_Presti`,
    },
    shapes: { 'G F': 88, 'F G': 8, G: 4 },
    companies: ['Trattoria *', 'Fratelli * S.r.l.', 'Officina *'],
    cities: 'Roma Milano Napoli Torino Forlì Cefalù',
    countries: 'IT',
  },
  {
    tag: 'pl',
    weight: 4,
    men: {
      common: `Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Stanisław Marek Łukasz Grzegorz Mateusz
        Wojciech Mariusz Dariusz Zbigniew Jerzy Maciej Rafał Kamil Szymon Bartosz Przemysław Radosław Mirosław Wiesław
        Józef Żegota Świętosław`,
    },
    women: {
      common: `Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia
        Monika Teresa Danuta Natalia Julia Karolina Marta Beata Dorota Alicja Jadwiga Grażyna Bożena Wisława Łucja
        Żaneta Świętosława`,
    },
    family: {
      common: `Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski
        Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski
        Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk
        Dudek Pawlak Górski Sikora Walczak Rutkowski Baran Szewczyk Żak Łuczak Gołąb`,
      roots: 'Brzez Gaj Lip Dęb Sosn Zakrz Kamion Piask Gór Młyn Sad Wierzb Klon Jawor',
      endings: 'owski ewski iński ecki owicz czyk',
    },
    feminine: [
      ['ski', 'ska'],
      ['cki', 'cka'],
    ],
    shapes: { 'G F': 86, 'G F-F': 5, 'F G': 5, G: 4 },
    companies: ['Piekarnia *', '* Sp. z o.o.', 'Zakład Fryzjerski *', 'Księgarnia *'],
    cities: 'Warszawa Kraków Łódź Wrocław Poznań Gdańsk Rzeszów Częstochowa',
    countries: 'PL',
  },
  {
    tag: 'cs',
    weight: 2,
    men: {
      common: `Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk Václav Michal František Jakub Milan Karel
        Lukáš David Vladimír Ondřej Ladislav Roman Marek Stanislav Daniel Antonín Radek Vojtěch Filip Matěj Adam Šimon
        Luboš Řehoř`,
    },
    women: {
      common: `Marie Jana Eva Hana Anna Lenka Kateřina Věra Lucie Alena Petra Veronika Jaroslava Tereza Martina Jitka
        Ludmila Helena Michaela Zdeňka Ivana Jarmila Monika Barbora Zuzana Markéta Božena Květa Šárka Žofie Eliška
        Růžena`,
    },
    family: {
      common: `Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Krejčí Horák Němec Pokorný Marek Pospíšil Hájek
        Jelínek Král Růžička Beneš Fiala Sedláček Doležal Zeman Kolář Navrátil Čermák Vaněk Urban Blažek Kříž Kovář
        Bartoš Vlček Polák Říha Šťastný Žák`,
    },
    feminine: [
      ['ý', 'á'],
      ['í', 'í'],
      ['ek', 'ková'],
      ['ec', 'cová'],
      ['a', 'ová'],
      ['', 'ová'],
    ],
    shapes: { 'G F': 90, 'F G': 6, G: 4 },
    companies: ['Pekařství *', '* s.r.o.', 'Autoservis *'],
    cities: 'Praha Brno Ostrava Plzeň Olomouc České_Budějovice Ústí_nad_Labem',
    countries: 'CZ',
  },
  {
    tag: 'tr',
    weight: 4,
    men: {
      common: `Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman
        Abdullah Mahmut Recep Salih Fatih Kadir Emre Hakan Adem Kemal Yaşar Bekir Orhan Cemal Çağatay Ümit Işık İlhan
        Şükrü Oğuzhan Barış Eren Yiğit Kıvanç Doğan`,
    },
    women: {
      common: `Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Zeliha Esra Özlem Yasemin
        Hacer Fadime Rabia Gülsüm Büşra Songül Leyla Aysel Dilek Nurcan Hülya Çiğdem Işıl İpek Şule Gülşah Nur Ebru
        Defne Tuğba Kübra Ilgın`,
    },
    family: {
      common: `Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç
        Kurt Özkan Şimşek Polat Korkmaz Özcan Çakır Erdoğan Yavuz Can Acar Şen Aktaş Güler Yalçın Güneş Bozkurt Bulut
        Keskin Ünal Turan Işık Avcı Tekin Sarı Ateş Köse Kaplan Uçar Başaran Iğdır`,
      roots: 'Ak Kara Öz Er Gök Taş Gün Ay Demir Altın Sarı Boz',
      endings: 'taş kaya soy dağ su bulut oğlu man tekin alp',
    },
    shapes: { 'G F': 84, 'G G F': 9, 'G F F': 2, 'G Bey': 1, G: 4 },
    companies: ['* Ticaret Ltd. Şti.', '* Kuyumculuk', '* İnşaat A.Ş.', 'Lokanta *'],
    cities: 'İstanbul Ankara İzmir Diyarbakır Eskişehir Şanlıurfa Muğla Kırıkkale',
    countries: 'TR TR TR DE',
  },
  {
    tag: 'vi',
    weight: 3,
    men: {
      common: `Anh Minh Hùng Dũng Tuấn Nam Sơn Long Quân Đức Hải Hoàng Thành Trung Việt Cường Phúc Khoa Bình Tùng Kiên
        Hiếu Thắng Vinh Đạt Quang Phong Tài Nghĩa Khánh`,
    },
    women: {
      common: `Hương Lan Linh Hoa Mai Thảo Trang Hà Ngọc Phương Thủy Hằng Yến Nhung Dung Loan Hạnh Thu Vân Giang Quỳnh
        Hiền Trinh Trâm Nga Tuyết Oanh Châu Diễm Thúy`,
    },
    family: {
      common: `Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Trương Lâm Mai
        Đinh Hà Tạ Cao Lưu Tô Châu`,
    },
    middle: {
      men: 'Văn Hữu Đức Minh Quốc Thanh Công Xuân Đình Bá Gia Hoàng Ngọc Trọng Tiến',
      women: 'Thị Thị_Thu Ngọc Thanh Kim Thị_Mỹ Bích Minh Hồng Thùy Phương Diệu Khánh Bảo Tường',
    },
    shapes: { 'F M G': 82, 'F G': 10, 'M G': 4, G: 4 },
    companies: ['Công ty TNHH *', 'Nhà hàng *', 'Phở *'],
    cities: 'Hà_Nội Đà_Nẵng Hải_Phòng Cần_Thơ Huế TP._Hồ_Chí_Minh',
    countries: 'VN',
  },
  {
    tag: 'el',
    weight: 2,
    men: {
      common: `Γεώργιος Ιωάννης Κωνσταντίνος Δημήτριος Νικόλαος Παναγιώτης Βασίλειος Χρήστος Αθανάσιος Μιχαήλ Ευάγγελος
        Σπύρος Αντώνης Αναστάσιος Θεόδωρος Ανδρέας Χαράλαμπος Αλέξανδρος Εμμανουήλ Ηλίας Σταύρος Πέτρος Σωτήρης Στέφανος
        Απόστολος Γιάννης Νίκος Κώστας Δημήτρης Θανάσης`,
    },
    women: {
      common: `Μαρία Ελένη Αικατερίνη Βασιλική Σοφία Αγγελική Γεωργία Δήμητρα Ιωάννα Παναγιώτα Κωνσταντίνα Ευαγγελία
        Αναστασία Κατερίνα Χριστίνα Φωτεινή Χρυσούλα Ειρήνη Παρασκευή Ανθή Δέσποινα Αθηνά Ευτυχία Καλλιόπη Σταυρούλα
        Ζωή Θεοδώρα Άννα Ράνια Ξένια`,
    },
    family: {
      common: `Παπαδόπουλος Παππάς Καραγιάννης Βλάχος Ιωαννίδης Οικονόμου Παπαγεωργίου Μακρής Κωνσταντινίδης Δημόπουλος
        Γεωργίου Αντωνίου Νικολάου Βασιλείου Χατζής Σταθόπουλος Αγγελόπουλος Αλεξίου Κυριακίδης Μαυρίδης Παυλίδης
        Γιαννακάκης Μανωλάκης Σαμαράς Ζέρβας Ρήγας Δράκος Φωτόπουλος Αθανασίου Ξενάκης`,
    },
    feminine: [
      ['όπουλος', 'οπούλου'],
      ['ίδης', 'ίδου'],
      ['ης', 'η'],
      ['ής', 'ή'],
      ['ας', 'α'],
      ['άς', 'ά'],
      ['ος', 'ου'],
    ],
    shapes: { 'G F': 88, 'F G': 8, G: 4 },
    companies: ['Φούρνος *', '* Α.Ε.', 'Ταβέρνα *'],
    cities: 'Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λάρισα Χανιά',
    countries: 'GR',
  },
  {
    tag: 'ru',
    weight: 5,
    men: {
      common: `Александр Сергей Дмитрий Алексей Андрей Максим Евгений Иван Михаил Артём Николай Владимир Денис Юрий Павел
        Роман Игорь Виктор Олег Никита Антон Илья Константин Кирилл Василий Вадим Анатолий Станислав Григорий Егор Пётр
        Фёдор Тимофей Арсений Семён`,
    },
    women: {
      common: `Елена Татьяна Наталья Ольга Ирина Светлана Анна Анастасия Екатерина Мария Юлия Марина Галина Людмила
        Валентина Надежда Оксана Александра Виктория Любовь Дарья Алёна Ксения Вера Нина Полина Евгения Лариса Алла
        Кристина София Варвара Маргарита Тамара Зоя`,
    },
    family: {
      common: `Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев
        Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв
        Борисов Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв
        Ильин Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов`,
      roots: 'Бел Черн Крас Дуб Берез Полян Озер Камен Луг Вишн Рябин Сосн Ольх Гор Завод Верх',
      endings: 'ов ский ин овский енков ников',
    },
    feminine: [
      ['ский', 'ская'],
      ['в', 'ва'],
      ['н', 'на'],
    ],
    middle: {
      men: `Александрович Сергеевич Владимирович Николаевич Иванович Викторович Михайлович Юрьевич Петрович Андреевич
        Алексеевич Анатольевич Дмитриевич Васильевич Олегович`,
      women: `Александровна Сергеевна Владимировна Николаевна Ивановна Викторовна Михайловна Юрьевна Петровна Андреевна
        Алексеевна Анатольевна Дмитриевна Васильевна Олеговна`,
    },
    shapes: { 'G F': 52, 'F G M': 22, 'F G': 12, 'G M': 6, 'G M F': 4, G: 4 },
    companies: ['ООО «*»', 'ИП *', 'Кафе «У *»', 'Автосервис *'],
    cities: 'Москва Санкт-Петербург Новосибирск Казань Екатеринбург Алматы Минск',
    countries: 'RU',
  },
  {
    tag: 'uk',
    weight: 2,
    men: {
      common: `Олександр Сергій Володимир Андрій Микола Іван Юрій Віктор Олексій Василь Дмитро Ігор Олег Михайло Богдан
        Тарас Роман Ярослав Євген Максим Артем Назар Данило Петро Остап Григорій Степан Мар'ян Любомир Устим`,
    },
    women: {
      common: `Олена Наталія Тетяна Ольга Ірина Людмила Світлана Оксана Марія Юлія Катерина Ганна Галина Вікторія Надія
        Любов Анастасія Христина Соломія Дарина Мар'яна Софія Злата Єва Яна Зоряна Леся Оля Уляна Богдана`,
    },
    family: {
      common: `Мельник Шевченко Коваленко Бондаренко Бойко Ткаченко Кравченко Ковальчук Коваль Олійник Шевчук Поліщук
        Іваненко Ткачук Савченко Бондар Марченко Руденко Мороз Лисенко Петренко Павленко Клименко Левченко Гаврилюк
        Пономаренко Василенко Харченко Мельничук Кравчук Романюк Сидоренко Кузьменко Литвиненко Ющук Їжакевич Ґудзь
        Яценко Гнатюк Дем'яненко`,
    },
    shapes: { 'G F': 70, 'F G': 26, G: 4 },
    companies: ['ФОП *', 'Пекарня «*»', 'ТОВ «*»'],
    cities: 'Київ Львів Харків Одеса Дніпро Чернівці',
    countries: 'UA',
  },
  {
    tag: 'ka',
    weight: 1,
    men: {
      common: `გიორგი დავით ლევან ნიკოლოზ ირაკლი ზურაბ ალექსანდრე გია თამაზ ვახტანგ ლუკა საბა ნიკა ბექა ოთარ შოთა თემურ
        ავთანდილ მიხეილ რამაზ`,
    },
    women: {
      common: `ნინო მარიამ თამარ ნანა ეკატერინე ქეთევან მაია ლელა ანა ნათია სოფიო თეა ელენე მანანა ლიანა ნატალია ხათუნა
        დარეჯან ბარბარე ნუცა`,
    },
    family: {
      common: `ბერიძე კაპანაძე გელაშვილი მამედოვი მაისურაძე გიორგაძე ლომიძე წიკლაური ბოლქვაძე ხუციშვილი ნოზაძე ქავთარაძე
        ცხადაძე კვარაცხელია შენგელია ჯაფარიძე ღლონტი ჩხეიძე აბაშიძე თოდუა`,
      roots: 'ბერ ლომ გიორგ დავით მამალ თევდ ქობ ზურაბ არაბ მიქელ',
      endings: 'აძე იძე აშვილი იშვილი ია ავა',
    },
    shapes: { 'G F': 96, G: 4 },
    companies: ['შპს *', 'სასტუმრო *'],
    cities: 'თბილისი ბათუმი ქუთაისი',
    countries: 'GE',
  },
  {
    tag: 'hy',
    weight: 1,
    men: {
      common: `Արմեն Տիգրան Հայկ Գևորգ Կարեն Արամ Դավիթ Նարեկ Վահան Սամվել Գագիկ Աշոտ Հովհաննես Սուրեն Արտակ Ռուբեն Լևոն
        Վարդան Մհեր Էդգար`,
    },
    women: {
      common: `Անի Մարիամ Լիլիթ Աննա Նարե Գայանե Անահիտ Հասմիկ Լուսինե Նունե Սոնա Սյուզաննա Արմինե Շուշան Մանե Էլեն Թամարա
        Ռուզաննա Զարուհի Եվա`,
    },
    family: {
      common: `Գրիգորյան Հարությունյան Սարգսյան Հովհաննիսյան Խաչատրյան Պետրոսյան Վարդանյան Ղազարյան Մկրտչյան Կարապետյան
        Գևորգյան Ավետիսյան Հակոբյան Մարտիրոսյան Սիմոնյան Դավթյան Մանուկյան Աբրահամյան Ստեփանյան Բաղդասարյան`,
    },
    shapes: { 'G F': 88, 'F G': 8, G: 4 },
    companies: ['* ՍՊԸ', 'Սրճարան *'],
    cities: 'Երևան Գյումրի Վանաձոր',
    countries: 'AM',
  },
  {
    tag: 'he',
    weight: 2,
    men: {
      common: `דוד=david משה=moshe יוסף=yosef אברהם=avraham יעקב=yaakov דניאל=daniel יצחק=yitzhak מיכאל=michael אורי=uri
        איתי=itay נועם=noam יונתן=yonatan עומר=omer אריאל=ariel איתמר=itamar רון=ron גיא=guy שלמה=shlomo אליהו=eliyahu
        חיים=haim עידו=ido אלון=alon תומר=tomer גלעד=gilad ישראל=israel`,
    },
    women: {
      common: `שרה=sara רחל=rachel נועה=noa מאיה=maya תמר=tamar יעל=yael אסתר=ester מרים=miriam חנה=hana רבקה=rivka
        שירה=shira טליה=talia אביגיל=avigail עדי=adi מיכל=michal לאה=lea הילה=hila גלית=galit ענת=anat אורית=orit
        דנה=dana רונית=ronit איילת=ayelet כרמית=carmit לירון=liron`,
    },
    family: {
      common: `כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz ביטון=biton דהן=dahan אברהם=avraham פרידמן=friedman אזולאי=azulay
        מלכה=malka אוחיון=ohayon שפירא=shapira גבאי=gabay יוסף=yosef חדד=hadad עמר=amar כץ=katz אדרי=edri
        גולדברג=goldberg רוזנברג=rosenberg ברק=barak בן_דוד=bendavid אשכנזי=ashkenazi סגל=segal הלוי=halevi
        קפלן=kaplan שרון=sharon נחום=nahum רביבו=revivo ששון=sasson בן-ארי=benari`,
    },
    shapes: { 'G F': 92, 'ד״ר G F': 2, 'F G': 2, G: 4 },
    companies: ['* ובניו בע״מ', 'מאפיית *', 'מסעדת *'],
    cities: 'ירושלים חיפה תל_אביב באר_שבע נתניה',
    countries: 'IL',
  },
  {
    tag: 'ar',
    weight: 4,
    men: {
      common: `محمد=mohamed أحمد=ahmed علي=ali محمود=mahmoud حسن=hassan حسين=hussein عمر=omar يوسف=yousef إبراهيم=ibrahim
        خالد=khaled عبد_الله=abdullah مصطفى=mustafa كريم=karim سعيد=said طارق=tarek فهد=fahad ماجد=majed سامي=sami
        عبد_الرحمن=abdulrahman ياسر=yasser زياد=ziad بلال=bilal أنس=anas هاني=hani رامي=rami وليد=walid نبيل=nabil
        جمال=jamal فيصل=faisal آدم=adam`,
    },
    women: {
      common: `فاطمة=fatima مريم=mariam عائشة=aisha زينب=zainab سارة=sara نور=nour ليلى=layla هدى=huda آمنة=amina
        خديجة=khadija سلمى=salma ياسمين=yasmin رنا=rana منى=mona دينا=dina هبة=hiba أسماء=asma إيمان=iman رانيا=rania
        نادية=nadia سمية=sumaya لينا=lina جميلة=jamila شيماء=shaima سعاد=suad آية=aya ريم=reem لمى=lama دعاء=duaa
        ندى=nada`,
    },
    family: {
      common: `محمد=mohamed علي=ali حسن=hassan أحمد=ahmed إبراهيم=ibrahim الحسن=alhassan حداد=haddad خوري=khoury نجار=najjar
        السيد=elsayed عبد_الله=abdullah منصور=mansour سليمان=suleiman صالح=saleh العلي=alali يوسف=yousef الخطيب=alkhatib
        عثمان=osman حمدان=hamdan القاسم=alqasim الشامي=alshami المصري=almasri البغدادي=albaghdadi العتيبي=alotaibi
        القحطاني=alqahtani الغامدي=alghamdi الزهراني=alzahrani بن_علي=benali بوعزيز=bouaziz الإدريسي=alidrissi`,
    },
    middle: { men: 'بن=bin', women: 'بنت=bint' },
    shapes: { 'G F': 64, 'G F F': 24, 'G M F': 5, 'د. G F': 3, G: 4 },
    companies: ['مؤسسة * للتجارة', 'مخبز *', 'شركة * وأولاده'],
    cities: 'القاهرة الرياض دبي بيروت عمّان الدار_البيضاء بغداد',
    countries: 'EG EG SA AE',
  },
  {
    tag: 'hi',
    weight: 4,
    men: {
      common: `राम=ram राजेश=rajesh संजय=sanjay अमित=amit विजय=vijay अनिल=anil सुनील=sunil राहुल=rahul सुरेश=suresh
        मनोज=manoj अजय=ajay रवि=ravi दीपक=deepak विकास=vikas रमेश=ramesh आशीष=ashish महेश=mahesh मोहन=mohan
        अर्जुन=arjun कृष्ण=krishna गोपाल=gopal हरीश=harish नरेंद्र=narendra प्रकाश=prakash सचिन=sachin ऋषि=rishi
        आदित्य=aditya कबीर=kabir`,
    },
    women: {
      common: `सुनीता=sunita अनीता=anita प्रिया=priya पूजा=pooja गीता=geeta सीता=sita रेखा=rekha नेहा=neha कविता=kavita
        मीना=meena ममता=mamta ज्योति=jyoti आरती=aarti लक्ष्मी=lakshmi राधा=radha सविता=savita रीता=rita शांति=shanti
        उषा=usha किरण=kiran अंजलि=anjali दीपिका=deepika स्नेहा=sneha श्रेया=shreya मधु=madhu ऐश्वर्या=aishwarya
        ईशा=isha काव्या=kavya`,
    },
    family: {
      common: `कुमार=kumar सिंह=singh शर्मा=sharma वर्मा=verma गुप्ता=gupta यादव=yadav मिश्रा=mishra पटेल=patel पांडे=pandey
        जोशी=joshi राव=rao चौधरी=chaudhary तिवारी=tiwari अग्रवाल=agarwal मेहता=mehta जैन=jain श्रीवास्तव=srivastava
        दुबे=dubey चौहान=chauhan ठाकुर=thakur सक्सेना=saxena त्रिपाठी=tripathi नायर=nair रेड्डी=reddy देसाई=desai
        कपूर=kapoor मल्होत्रा=malhotra भट्ट=bhatt कुलकर्णी=kulkarni बनर्जी=banerjee`,
    },
    middle: { men: 'कुमार=kumar प्रसाद=prasad', women: 'कुमारी=kumari देवी=devi' },
    shapes: { 'G F': 80, 'G M F': 10, 'G जी': 4, G: 6 },
    companies: ['* एंड संस', '* ट्रेडर्स', '* मिष्ठान भंडार'],
    cities: 'दिल्ली मुंबई जयपुर लखनऊ पुणे वाराणसी',
    countries: 'IN',
  },
  {
    tag: 'th',
    weight: 2,
    men: {
      common: `สมชาย=somchai สมศักดิ์=somsak ประเสริฐ=prasert วิชัย=wichai สุรชัย=surachai ธนากร=thanakorn กิตติ=kitti
        อนุชา=anucha ชัยวัฒน์=chaiwat พงศ์พัฒน์=pongpat ณัฐพล=nattapon วีระ=weera มานะ=mana สุเทพ=suthep อาทิตย์=arthit
        เอกชัย=ekachai ปิยะ=piya ธีรพงษ์=teerapong ศักดิ์ชัย=sakchai จักรพันธ์=jakkapan`,
    },
    women: {
      common: `สมหญิง=somying มาลี=malee สุดา=suda วันเพ็ญ=wanpen นภา=napa กัญญา=kanya อรทัย=orathai พิมพ์ใจ=pimjai
        ศิริพร=siriporn จันทร์เพ็ญ=chanpen รัตนา=rattana ปราณี=pranee ณัฐธิดา=natthida วรรณา=wanna สุภาพร=supaporn
        อัญชลี=anchalee ดวงใจ=duangjai ชนิดา=chanida เพ็ญศรี=pensri ลลิตา=lalita`,
    },
    family: {
      common: `แสงทอง=saengthong ทองดี=thongdee ศรีสุข=srisuk บุญมี=boonmee จันทร์แก้ว=chankaew`,
      roots: `ศรี=sri ทอง=thong แก้ว=kaew บุญ=boon วงศ์=wong สุข=suk ชัย=chai พงษ์=pong รัตน=rattana จันทร์=chan
        สุวรรณ=suwan ธรรม=tham ภู=phu เจริญ=charoen มณี=manee`,
      endings: `สวัสดิ์=sawat กุล=kun พันธุ์=phan วัฒนา=wattana ไพศาล=paisan ประเสริฐ=prasert สมบูรณ์=somboon
        เรือง=rueang ใจดี=jaidee มงคล=mongkol ทรัพย์=sap`,
    },
    shapes: { 'G F': 80, คุณG: 8, 'คุณG F': 6, G: 6 },
    companies: ['บริษัท * จำกัด', 'ร้าน*', 'โรงแรม*'],
    cities: 'กรุงเทพฯ เชียงใหม่ ภูเก็ต ขอนแก่น',
    countries: 'TH',
  },
  {
    tag: 'zh',
    weight: 5,
    men: {
      common: '伟=wei 强=qiang 磊=lei 军=jun 勇=yong 杰=jie 涛=tao 明=ming 超=chao 斌=bin 鹏=peng 浩=hao',
      roots: `志=zhi 建=jian 文=wen 国=guo 海=hai 天=tian 子=zi 家=jia 俊=jun 晓=xiao 永=yong 德=de 宇=yu 思=si 世=shi
        振=zhen 浩=hao 嘉=jia 泽=ze 大=da`,
      endings: `明=ming 华=hua 平=ping 强=qiang 军=jun 伟=wei 杰=jie 轩=xuan 峰=feng 龙=long 涛=tao 宇=yu 然=ran 辉=hui
        林=lin 东=dong 阳=yang 凯=kai 文=wen 豪=hao`,
    },
    women: {
      common: '芳=fang 娜=na 敏=min 静=jing 丽=li 艳=yan 娟=juan 霞=xia 玲=ling 婷=ting 雪=xue 颖=ying',
      roots: `秀=xiu 小=xiao 美=mei 雅=ya 晓=xiao 佳=jia 欣=xin 思=si 雨=yu 诗=shi 玉=yu 春=chun 梦=meng 慧=hui 淑=shu
        静=jing 子=zi 海=hai 月=yue 若=ruo`,
      endings: `英=ying 兰=lan 芳=fang 怡=yi 婷=ting 玲=ling 梅=mei 华=hua 涵=han 琪=qi 萍=ping 燕=yan 红=hong 丽=li
        洁=jie 宁=ning 霞=xia 珍=zhen 云=yun 妍=yan`,
    },
    family: {
      common: `王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu 周=zhou 徐=xu 孙=sun 马=ma 朱=zhu 胡=hu
        郭=guo 何=he 林=lin 高=gao 罗=luo 郑=zheng 梁=liang 谢=xie 宋=song 唐=tang 许=xu 韩=han 邓=deng 冯=feng 曹=cao
        彭=peng 曾=zeng 肖=xiao 田=tian 董=dong 潘=pan 袁=yuan 蔡=cai 蒋=jiang 余=yu 欧阳=ouyang 司马=sima 诸葛=zhuge
        陳=chan 黃=wong 張=cheung`,
    },
    shapes: { FG: 84, 'F G': 3, F先生: 4, F女士: 4, 小G: 2, 老F: 3 },
    companies: ['*记餐厅', '*氏贸易有限公司', '上海*科技有限公司'],
    cities: '北京 上海 广州 深圳 成都 杭州 台北 香港',
    countries: 'CN',
  },
  {
    tag: 'ja',
    weight: 4,
    men: {
      common: `翔太=shota 蓮=ren 大翔=hiroto 健太=kenta 拓也=takuya 大輔=daisuke 誠=makoto 浩=hiroshi 隆=takashi 修=osamu
        健一=kenichi 太郎=taro 一郎=ichiro 直樹=naoki 和也=kazuya 達也=tatsuya 悠斗=yuto 陽翔=haruto 湊=minato 樹=itsuki
        亮=ryo 剛=tsuyoshi 学=manabu 茂=shigeru 清=kiyoshi ケンジ=kenji`,
      roots: '正=masa 和=kazu 義=yoshi 秀=hide 信=nobu 康=yasu 智=tomo 孝=taka 博=hiro 勝=katsu',
      endings: '夫=o 雄=o 之=yuki 彦=hiko 明=aki 樹=ki 人=to 哉=ya 幸=yuki 司=ji',
    },
    women: {
      common: `陽菜=hina 結衣=yui さくら=sakura 葵=aoi 凛=rin 美咲=misaki 愛=ai 花子=hanako 恵子=keiko 幸子=sachiko
        由美子=yumiko 真由美=mayumi 明美=akemi 久美子=kumiko 直美=naomi 智子=tomoko 裕子=yuko 陽子=yoko 洋子=yoko
        結菜=yuna 莉子=riko ひかり=hikari みゆき=miyuki あかり=akari ユキ=yuki エミリ=emiri`,
      roots: '美=mi 由=yu 真=ma 智=tomo 恵=e 奈=na 里=ri 香=ka 千=chi 麻=asa',
      endings: '子=ko 美=mi 奈=na 香=ka 代=yo 江=e 菜=na 穂=ho 里=ri 紀=ki',
    },
    family: {
      common: `佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe 山本=yamamoto 中村=nakamura
        小林=kobayashi 加藤=kato 吉田=yoshida 山田=yamada 佐々木=sasaki 山口=yamaguchi 松本=matsumoto 井上=inoue
        木村=kimura 林=hayashi 斎藤=saito 清水=shimizu 山崎=yamazaki 森=mori 池田=ikeda 橋本=hashimoto 阿部=abe
        石川=ishikawa 藤田=fujita 小川=ogawa 後藤=goto 岡田=okada 長谷川=hasegawa 近藤=kondo 村上=murakami`,
      roots: `西=nishi 東=higashi 北=kita 大=o 小=ko 上=ue 中=naka 古=furu 新=ni 高=taka 松=matsu 竹=take 杉=sugi 石=ishi
        岩=iwa 黒=kuro 白=shira 青=ao 藤=fuji 福=fuku`,
      endings: '田=ta 山=yama 川=kawa 野=no 村=mura 島=shima 原=hara 沢=sawa 井=i 木=ki 崎=saki 本=moto',
    },
    shapes: { 'F G': 58, FG: 26, F様: 6, Fさん: 6, G: 4 },
    companies: ['株式会社*', '*商店', '有限会社*工務店', '*クリニック'],
    cities: '東京 大阪 京都 札幌 福岡 名古屋',
    countries: 'JP',
  },
  {
    tag: 'ko',
    weight: 3,
    men: {
      common: '준=jun 건=geon 훈=hoon 솔=sol 산=san',
      roots: `민=min 성=sung 지=ji 현=hyun 영=young 동=dong 재=jae 상=sang 정=jung 준=jun 승=seung 태=tae 도=do 시=si 우=woo
        종=jong`,
      endings:
        '준=jun 호=ho 수=soo 훈=hoon 민=min 우=woo 진=jin 석=seok 현=hyun 철=chul 환=hwan 혁=hyuk 윤=yoon 규=gyu',
    },
    women: {
      common: '솔=sol 별=byeol 봄=bom 하늘=haneul 보라=bora 슬기=seulgi',
      roots: `지=ji 수=soo 민=min 은=eun 서=seo 예=ye 미=mi 혜=hye 유=yoo 현=hyun 하=ha 영=young 소=so 다=da 윤=yoon
        채=chae`,
      endings:
        '영=young 현=hyun 은=eun 희=hee 진=jin 정=jung 연=yeon 아=a 원=won 민=min 경=kyung 숙=sook 서=seo 린=rin',
    },
    family: {
      common: `김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang 임=lim 한=han 오=oh 서=seo 신=shin
        권=kwon 황=hwang 안=ahn 송=song 류=ryu 전=jeon 홍=hong 고=ko 문=moon 양=yang 손=son 배=bae 백=baek 허=heo
        남궁=namgoong 유=yoo`,
    },
    shapes: { FG: 86, 'F G': 4, FG님: 6, G: 4 },
    companies: ['주식회사 *', '*네 식당', '* 치과'],
    cities: '서울 부산 인천 대구 제주',
    countries: 'KR',
  },
]
