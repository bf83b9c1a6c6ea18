namespace Carillon.Storage.PostgreSql;

/// <summary>The statements of <c>Steps.sql</c>.</summary>
internal static class StepSql
{
    public static readonly SqlFile File = SqlFile.Load("PostgreSql/Steps.sql");

    public static readonly SqlStatement BeginSteps = File["begin_steps"];
    public static readonly SqlStatement InsertSteps = File["insert_steps"];
    public static readonly SqlStatement DeleteStep = File["delete_step"];
    public static readonly SqlStatement DueSteps = File["due_steps"];
    public static readonly SqlStatement StepStanding = File["step_standing"];
    public static readonly SqlStatement StepMessages = File["step_messages"];
    public static readonly SqlStatement SetStep = File["set_step"];
}
