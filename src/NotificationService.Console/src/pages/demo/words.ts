const english = {
    title: "The inbox element, tried out",
    shop: "Your page",
    heading: "Send one, and see it arrive",
    lead: "The bell above is the inbox of Ann, a person of the demo tenant. Press the button: the notification goes through the public API, the queue and a worker, and back here over her stream.",
    template: "What to send",
    order: "An order is on its way",
    ticket: "A ticket has changed",
    welcome: "Welcome",
    send: "Send a notification",
    sent: "Accepted in {milliseconds} ms. On its way …",
    arrived: "Accepted in {accepted} ms, here after {milliseconds} ms.",
    whatWasSent: "What the button sends",
    byBackend: "Your backend does this, with a service account. Here the page has the demo's, which exists in Development only.",
    request: "The request",
    inYourPage: "What your page needs",
    lines: "The lines of the page",
    hosted: "Or the inbox as a page of its own",
    noDemo: "The demo tenant is not there. Start the service with Notification__Seed=demo.",
    failed: "The service answered {status}: {detail}",
    noConnection: "There is no connection to the service.",
};

export type Texts = typeof english;

const french: Texts = {
    title: "L’élément boîte de réception, à l’essai",
    shop: "Votre page",
    heading: "Envoyez-en une et voyez-la arriver",
    lead: "La cloche ci-dessus est la boîte d’Ann, une personne du client de démonstration. Appuyez sur le bouton : la notification passe par l’API publique, la file et un worker, puis revient ici par son flux.",
    template: "Quoi envoyer",
    order: "Une commande est en route",
    ticket: "Un ticket a changé",
    welcome: "Bienvenue",
    send: "Envoyer une notification",
    sent: "Acceptée en {milliseconds} ms. En route…",
    arrived: "Acceptée en {accepted} ms, ici après {milliseconds} ms.",
    whatWasSent: "Ce que le bouton envoie",
    byBackend: "Votre serveur fait cela, avec un compte de service. Ici la page a celui de la démonstration, qui n’existe qu’en développement.",
    request: "La requête",
    inYourPage: "Ce qu’il faut à votre page",
    lines: "Les lignes de la page",
    hosted: "Ou la boîte comme page à part",
    noDemo: "Le client de démonstration n’est pas là. Démarrez le service avec Notification__Seed=demo.",
    failed: "Le service a répondu {status} : {detail}",
    noConnection: "Il n’y a pas de connexion au service.",
};

export const texts = { en: english, fr: french };
