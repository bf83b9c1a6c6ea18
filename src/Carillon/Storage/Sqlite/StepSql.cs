namespace Carillon.Storage.Sqlite;

/// <summary>The statements of <c>Steps.sql</c>.</summary>
internal static class StepSql
{
    public static readonly SqlFile File = SqlFile.Load("Sqlite/Steps.sql");

    public static readonly SqlStatement BeginStep = File["begin_step"];
    public static readonly SqlStatement InsertStep = File["insert_step"];
    public static readonly SqlStatement DeleteStep = File["delete_step"];
    public static readonly SqlStatement DueSteps = File["due_steps"];
    public static readonly SqlStatement StepStanding = File["step_standing"];
    public static readonly SqlStatement StepMessages = File["step_messages"];
    public static readonly SqlStatement SetStep = File["set_step"];
}
