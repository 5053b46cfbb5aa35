using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.UnitTests.Recipients;

/// <summary>What counts as the wish to hear no more, to hear again, or for help; and that nothing else does.</summary>
public sealed class OptOutWordsTests
{
    private static readonly string[] Around = ["", " ", "  ", ".", "!", "\n", "\t", "\"", "'", "…", "¡", "؟", "\u00A0", "\u200F", "« ", "- "];

    [Theory]
    [InlineData("STOP", ReceiptKind.Unsubscribed)]
    [InlineData(" stop. ", ReceiptKind.Unsubscribed)]
    [InlineData("Opt-Out", ReceiptKind.Unsubscribed)]
    [InlineData("Arrêt", ReceiptKind.Unsubscribed)]
    [InlineData("ARRET", ReceiptKind.Unsubscribed)]
    [InlineData("arre\u0302t", ReceiptKind.Unsubscribed)]
    [InlineData("Se désabonner", ReceiptKind.Unsubscribed)]
    [InlineData("¡Baja!", ReceiptKind.Unsubscribed)]
    [InlineData("Abmelden", ReceiptKind.Unsubscribed)]
    [InlineData("kündigen", ReceiptKind.Unsubscribed)]
    [InlineData("Disiscrivimi", ReceiptKind.Unsubscribed)]
    [InlineData("SAIR", ReceiptKind.Unsubscribed)]
    [InlineData("uitschrijven", ReceiptKind.Unsubscribed)]
    [InlineData("إيقاف", ReceiptKind.Unsubscribed)]
    [InlineData("ايقاف", ReceiptKind.Unsubscribed)]
    [InlineData("الغاء الاشتراك", ReceiptKind.Unsubscribed)]
    [InlineData("تَوَقَّف", ReceiptKind.Unsubscribed)]
    [InlineData("ＳＴＯＰ", ReceiptKind.Unsubscribed)]
    [InlineData("start", ReceiptKind.Resubscribed)]
    [InlineData("S’abonner", ReceiptKind.Resubscribed)]
    [InlineData("Alta", ReceiptKind.Resubscribed)]
    [InlineData("anmelden", ReceiptKind.Resubscribed)]
    [InlineData("Iscrivimi", ReceiptKind.Resubscribed)]
    [InlineData("começar", ReceiptKind.Resubscribed)]
    [InlineData("Inschrijven", ReceiptKind.Resubscribed)]
    [InlineData("ابدأ", ReceiptKind.Resubscribed)]
    [InlineData("help?", ReceiptKind.AskedForHelp)]
    [InlineData("مساعدة", ReceiptKind.AskedForHelp)]
    public void A_word_of_eight_languages_is_known_whatever_its_case_accents_and_punctuation(string message, ReceiptKind kind) =>
        OptOutWords.Of(message).ShouldBe(new OptOutWish(kind, SuppressionScopes.All));

    [Theory]
    [InlineData("Stop promotions", ReceiptKind.Unsubscribed)]
    [InlineData("resume promotions", ReceiptKind.Resubscribed)]
    public void What_is_said_of_promotions_is_of_marketing_alone(string message, ReceiptKind kind) => OptOutWords.Of(message).ShouldBe(new OptOutWish(kind, SuppressionScopes.Marketing));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("please do not stop")]
    [InlineData("stop by our shop tomorrow")]
    [InlineData("non-stop")]
    [InlineData("yes")]
    [InlineData("S T O P")]
    [InlineData("STOP 2")]
    [InlineData("\ud83d\ude00")]
    [InlineData("\ud83d")]
    public void Anything_else_is_no_wish(string? message) => OptOutWords.Of(message).ShouldBeNull();

    [Fact]
    public void Each_word_means_the_same_in_any_case_and_with_anything_around_that_is_not_said() => Prop.ForAll(
        Arb.From(Gen.Elements(OptOutWords.All.Keys.ToArray())), Arb.From(Gen.Elements(Around)), Arb.From(Gen.Elements(Around)), (word, before, after) =>
        {
            var wish = OptOutWords.All[word];
            return OptOutWords.Of($"{before}{word}{after}") == wish && OptOutWords.Of($"{after}{word.ToUpperInvariant()}{before}") == wish && OptOutWords.Of(word.Replace(" ", " \u00A0-", StringComparison.Ordinal)) == wish;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_word_with_another_word_beside_it_is_no_wish() => Prop.ForAll(
        Arb.From(Gen.Elements(OptOutWords.All.Keys.ToArray())), Arb.From(Gen.Elements("please", "it", "7", "xyz", "🎁")), (word, other) =>
            OptOutWords.Of($"{word} {other}") is null && OptOutWords.Of($"{other} {word}") is null && OptOutWords.Of($"{word}{other}") is null).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_it_throw() => Prop.ForAll(
        Arb.From(ArbMap.Default.GeneratorFor<string>()), text => OptOutWords.Of(text) is null or { Scope: SuppressionScopes.All or SuppressionScopes.Marketing }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("14155550100", "+14155550100")]
    [InlineData("5511987654321", "+5511987654321", "+551187654321")]
    [InlineData("551187654321", "+551187654321", "+5511987654321")]
    [InlineData("551132654321", "+551132654321")]
    [InlineData("5215512345678", "+5215512345678", "+525512345678")]
    [InlineData("525512345678", "+525512345678", "+5215512345678")]
    [InlineData("5491112345678", "+5491112345678", "+541112345678")]
    public void An_id_at_WhatsApp_means_each_spelling_of_its_number(string id, params string[] numbers) => WhatsAppIds.NumbersOf(id).ShouldBe(numbers);

    [Fact]
    public void Each_spelling_of_a_number_leads_to_the_other() => Prop.ForAll(
        Arb.From(Gen.Elements("5511987654321", "551187654321", "5215512345678", "525512345678", "5491112345678", "541112345678", "14155550100", "4915112345678")),
        id => WhatsAppIds.NumbersOf(id).All(number => WhatsAppIds.NumbersOf(number[1..]).Order(StringComparer.Ordinal).SequenceEqual(WhatsAppIds.NumbersOf(id).Order(StringComparer.Ordinal))))
        .QuickCheckThrowOnFailure();
}
