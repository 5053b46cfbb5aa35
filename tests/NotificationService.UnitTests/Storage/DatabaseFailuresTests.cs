using System.Net.Sockets;
using System.Text;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.UnitTests.Storage;

/// <summary>What each failure is taken for, in one table; and what each kind means to those who ask.</summary>
public sealed class DatabaseFailuresTests
{
    [Theory]
    [InlineData("08000", DatabaseFailure.Unreachable)] // connection exception
    [InlineData("08006", DatabaseFailure.Unreachable)] // connection failure
    [InlineData("22001", DatabaseFailure.BadData)] // too long for its column
    [InlineData("22021", DatabaseFailure.BadData)] // no such character
    [InlineData("22P05", DatabaseFailure.BadData)] // \u0000 in jsonb
    [InlineData("23502", DatabaseFailure.BadData)] // null
    [InlineData("23505", DatabaseFailure.BadData)] // there is one already
    [InlineData("23514", DatabaseFailure.BadData)] // check
    [InlineData("25006", DatabaseFailure.Unavailable)] // another's standby
    [InlineData("25P02", DatabaseFailure.Refused)] // a statement after one that failed
    [InlineData("25P03", DatabaseFailure.Unavailable)] // idle too long
    [InlineData("26000", DatabaseFailure.Unavailable)] // not prepared after all
    [InlineData("28000", DatabaseFailure.NotAdmitted)] // no such login
    [InlineData("28P01", DatabaseFailure.NotAdmitted)] // wrong password
    [InlineData("3D000", DatabaseFailure.NotAdmitted)] // no such database
    [InlineData("3F000", DatabaseFailure.Refused)] // no such schema
    [InlineData("40000", DatabaseFailure.Unavailable)] // rolled back
    [InlineData("40001", DatabaseFailure.Conflict)] // serialization
    [InlineData("40003", DatabaseFailure.Unavailable)] // nobody knows
    [InlineData("40P01", DatabaseFailure.Conflict)] // deadlock
    [InlineData("42501", DatabaseFailure.Refused)] // no right to
    [InlineData("42P01", DatabaseFailure.Refused)] // no such table
    [InlineData("42883", DatabaseFailure.Refused)] // no such function
    [InlineData("53100", DatabaseFailure.Unavailable)] // disk full
    [InlineData("53300", DatabaseFailure.Unavailable)] // too many connections
    [InlineData("54000", DatabaseFailure.BadData)] // more than fits
    [InlineData("55000", DatabaseFailure.Unavailable)] // not ready
    [InlineData("55P03", DatabaseFailure.Unavailable)] // locked
    [InlineData("57000", DatabaseFailure.Unavailable)] // an operator
    [InlineData("57014", DatabaseFailure.TooLong)] // given up
    [InlineData("57P01", DatabaseFailure.Unreachable)] // shut down
    [InlineData("57P02", DatabaseFailure.Unreachable)] // crashed
    [InlineData("57P03", DatabaseFailure.Unreachable)] // starts
    [InlineData("57P05", DatabaseFailure.Unreachable)] // its session was idle
    [InlineData("58030", DatabaseFailure.Unavailable)] // input and output
    [InlineData("P0001", DatabaseFailure.Refused)] // raised by a function
    [InlineData("XX000", DatabaseFailure.Refused)] // internal
    public void What_PostgreSQL_says(string state, DatabaseFailure failure)
    {
        DatabaseFailures.Of(Said(state)).ShouldBe(failure);
        DatabaseFailures.Of(new InvalidOperationException("x", new InvalidOperationException("y", Said(state)))).ShouldBe(failure, "EF wraps");
    }

    [Fact]
    public void What_Npgsql_and_NET_say()
    {
        (string What, Exception Exception, DatabaseFailure Failure)[] said =
        [
            ("the connection broke", new NpgsqlException("x", new IOException("y")), DatabaseFailure.Unreachable),
            ("nobody has this name", new SocketException((int)SocketError.HostNotFound), DatabaseFailure.Unreachable),
            ("behind another one", new InvalidOperationException("x", new SocketException((int)SocketError.HostNotFound)), DatabaseFailure.Unreachable),
            ("no answer to a statement, no connection in time, or none left in the pool", new NpgsqlException("x", new TimeoutException()), DatabaseFailure.NoResponse),
            ("no answer", new TimeoutException(), DatabaseFailure.NoResponse),
            ("Npgsql lost track", new InvalidOperationException("Invalid PreparedState state Unprepared"), DatabaseFailure.Unavailable),
            ("asked to stop", new OperationCanceledException(), DatabaseFailure.Cancelled),
            ("asked to stop in the middle of a statement", new OperationCanceledException("x", Said("57014")), DatabaseFailure.Cancelled),
            ("the process ends", new ObjectDisposedException("source"), DatabaseFailure.Disposed),
            ("half a character", new EncoderFallbackException(), DatabaseFailure.None),
            ("no such type", new InvalidCastException(), DatabaseFailure.None),
            ("a mistake of ours", new InvalidOperationException("x"), DatabaseFailure.None),
        ];

        said.Where(row => DatabaseFailures.Of(row.Exception) != row.Failure).Select(row => $"{row.What}: {DatabaseFailures.Of(row.Exception)}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DatabaseFailure.None, false, false, true, false)]
    [InlineData(DatabaseFailure.Cancelled, false, false, false, false)]
    [InlineData(DatabaseFailure.Disposed, false, false, false, false)]
    [InlineData(DatabaseFailure.Unreachable, true, true, false, false)]
    [InlineData(DatabaseFailure.NoResponse, true, true, false, false)]
    [InlineData(DatabaseFailure.TooLong, true, true, false, true)]
    [InlineData(DatabaseFailure.NotAdmitted, true, true, false, false)]
    [InlineData(DatabaseFailure.Conflict, true, true, false, false)]
    [InlineData(DatabaseFailure.Unavailable, true, true, false, false)]
    [InlineData(DatabaseFailure.BadData, false, true, true, true)]
    [InlineData(DatabaseFailure.Refused, false, true, true, true)]
    public void What_each_kind_means(DatabaseFailure failure, bool passes, bool isOfTheDatabase, bool isOfWhatItWasGiven, bool isOfTheStatement) =>
        (failure.Passes(), failure.IsOfTheDatabase(), failure.IsOfWhatItWasGiven(), failure.IsOfTheStatement()).ShouldBe((passes, isOfTheDatabase, isOfWhatItWasGiven, isOfTheStatement));

    [Fact]
    public void Nothing_is_both_tried_again_and_given_up_for_what_it_was_given() =>
        Enum.GetValues<DatabaseFailure>().Where(failure => failure.Passes() && failure.IsOfWhatItWasGiven()).ShouldBeEmpty();

    [Fact]
    public void An_outage_is_what_passes_and_a_statement_that_was_given_up_with_whoever_waited_for_it()
    {
        Outage.IsBehind(Said("40P01")).ShouldBeTrue();
        Outage.IsBehind(new OperationCanceledException("x", Said("57014"))).ShouldBeTrue();
        Outage.IsBehind(new OperationCanceledException()).ShouldBeFalse();
        Outage.IsBehind(Said("23505")).ShouldBeFalse();
    }

    [Fact]
    public void A_connection_is_gone_when_it_broke_or_says_nothing_and_not_when_a_statement_was_ended()
    {
        Outage.IsOfTheConnection(new NpgsqlException("x", new TimeoutException())).ShouldBeTrue();
        Outage.IsOfTheConnection(Said("57P01")).ShouldBeTrue();
        Outage.IsOfTheConnection(Said("57014")).ShouldBeFalse();
    }

    private static PostgresException Said(string state) => new("x", "ERROR", "ERROR", state);
}
