namespace Tain.Doctor.Reports;

/// <param name="HasColor">Whether a terminal shows it.</param>
/// <param name="HasAnnotations">Whether GitHub Actions reads it: each finding is a workflow command too.</param>
internal sealed record ReportStyle(Language Language, bool HasColor = false, bool HasAnnotations = false);
