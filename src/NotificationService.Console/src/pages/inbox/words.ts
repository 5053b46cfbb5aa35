const english = {
    inbox: "Inbox",
    signIn: "Sign in",
    signOut: "Sign out",
    why: "To see what has come for you.",
    email: "E-mail address",
    password: "Password",
    tenant: "Company",
    tenantHint: "The short name of your company, as in its invitation.",
    code: "Code",
    codeHint: "From your authenticator app, or a recovery code.",
    ended: "Your session has ended. Sign in again.",
    refused: "The e-mail address or the password is wrong.",
    tenantRequired: "You have accounts with several companies. Enter the one you want.",
    codeRequired: "Enter the code that your authenticator app shows now.",
    codeWrong: "That code is wrong, or was used. Enter the one that your app shows now.",
    tooMany: "Too many attempts. Wait a minute and try again.",
    noConnection: "There is no connection. Try again.",
    failed: "This did not work. Try again.",
    missing: "Enter your e-mail address and your password.",
};

export type Texts = typeof english;

const french: Texts = {
    inbox: "Boîte de réception",
    signIn: "Se connecter",
    signOut: "Déconnexion",
    why: "Pour voir ce qui est arrivé pour vous.",
    email: "Adresse e-mail",
    password: "Mot de passe",
    tenant: "Entreprise",
    tenantHint: "Le nom court de votre entreprise, comme dans son invitation.",
    code: "Code",
    codeHint: "De votre application d’authentification, ou un code de secours.",
    ended: "Votre session est terminée. Connectez-vous à nouveau.",
    refused: "L’adresse e-mail ou le mot de passe est incorrect.",
    tenantRequired: "Vous avez des comptes dans plusieurs entreprises. Indiquez celle que vous voulez.",
    codeRequired: "Saisissez le code que votre application affiche maintenant.",
    codeWrong: "Ce code est incorrect ou a déjà servi. Saisissez celui que votre application affiche maintenant.",
    tooMany: "Trop de tentatives. Attendez une minute et réessayez.",
    noConnection: "Il n’y a pas de connexion. Réessayez.",
    failed: "Cela n’a pas fonctionné. Réessayez.",
    missing: "Saisissez votre adresse e-mail et votre mot de passe.",
};

export const texts = { en: english, fr: french };
