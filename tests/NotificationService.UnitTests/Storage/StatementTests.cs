using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class StatementTests
{
    [Theory]
    [InlineData("select :id", "select $1", "id")]
    [InlineData("select :b, :a, :b", "select $1, $2, $1", "b a")]
    [InlineData("where id = :id::uuid and at > :at_1", "where id = $1::uuid and at > $2", "id at_1")]
    [InlineData("select a::text::uuid", "select a::text::uuid", "")]
    [InlineData("select ':no', 'it''s :no', :yes", "select ':no', 'it''s :no', $1", "yes")]
    [InlineData(@"select E'\' :no', 'C:\', :yes", @"select E'\' :no', 'C:\', $1", "yes")]
    [InlineData("select \"a:no\", \"b\"\":no\", :yes", "select \"a:no\", \"b\"\":no\", $1", "yes")]
    [InlineData("-- :no\nselect :yes -- :no", "-- :no\nselect $1 -- :no", "yes")]
    [InlineData("/* :no /* :no */ :no */ select :yes", "/* :no /* :no */ :no */ select $1", "yes")]
    [InlineData("select $$:no$$, $a$ :no $$ $a$, :yes", "select $$:no$$, $a$ :no $$ $a$, $1", "yes")]
    [InlineData("select a[1:n], a[:n], a[(:low):(:high)]", "select a[1:n], a[:n], a[($1):($2)]", "low high")]
    [InlineData("select array[:one, :two], array [[:three], [:four]]", "select array[$1, $2], array [[$3], [$4]]", "one two three four")]
    [InlineData("select (:ids::uuid[])[i], :more", "select ($1::uuid[])[i], $2", "ids more")]
    [InlineData("select 1:2, a := b", "select 1:2, a := b", "")]
    [InlineData("select :", "select :", "")]
    [InlineData("select 'without an end :no", "select 'without an end :no", "")]
    public void Names_become_positions_where_they_are_parameters(string text, string sent, string names)
    {
        var statement = Statement.Parse("planted", text);

        statement.Text.ShouldBe(sent);
        string.Join(' ', statement.Parameters).ShouldBe(names);
    }

    /// <summary>Somebody else's change beside a change of the names, merged without a conflict.</summary>
    [Fact]
    public void A_position_is_a_fault() =>
        Should.Throw<InvalidOperationException>(() => Statement.Parse("planted", "select 1 where id = :id and tenant_id = $1")).Message.ShouldContain("$1");

    [Fact]
    public void Parameters_are_given_in_any_order()
    {
        var statement = Statement.Parse("planted", "select :first, :second");

        var command = statement.With(Parameter.Of("second", 2), Parameter.Of("first", 1)).InBatch();

        command.CommandText.ShouldBe("select $1, $2");
        command.Parameters.Select(parameter => parameter.Value).ShouldBe([1, 2]);
        command.Parameters.ShouldAllBe(parameter => parameter.ParameterName == "");
    }

    [Fact]
    public void One_that_is_missing_unknown_or_given_twice_is_a_fault_that_names_the_statement()
    {
        var statement = Statement.Parse("planted", "select :first, :second");

        Fault(Parameter.Of("first", 1)).ShouldBe("planted.sql is not given :second");
        Fault(Parameter.Of("first", 1), Parameter.Of("third", 3)).ShouldBe("planted.sql has no parameter :third");
        Fault(Parameter.Of("first", 1), Parameter.Of("first", 1)).ShouldBe("planted.sql is given :first twice");
        Fault(Parameter.Of("first", 1), Parameter.Of("second", 2), Parameter.Of("third", 3)).ShouldBe("planted.sql has no parameter :third");

        string Fault(params Parameter[] given) => Should.Throw<InvalidOperationException>(() => statement.With(given)).Message;
    }

    [Fact]
    public void All_variants_of_a_statement_have_the_same_parameters()
    {
        var newest = Statement.Load("notifications_list", ["newest", "exact", "notifications", "by_mode", "merged"]);
        var ended = Statement.Load("notifications_list", ["ended", "filtered"]);

        newest.Parameters.ShouldBe(ended.Parameters);
        newest.Parameters.ShouldContain("reference");
        newest.Text.ShouldNotContain("n.reference = $");
    }
}
