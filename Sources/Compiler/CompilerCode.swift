// The compiler's diagnostic codes: stable for ever, each with a case file in the tests.

/// What a diagnostic of the compiler is about. The raw value is shown to authors and never changes its meaning.
public enum CompilerCode: String, CaseIterable, Sendable {
    // Files and policies.
    case noSuchPolicy = "C0101"
    case useCycle = "C0102"
    case severalRoots = "C0103"
    case reservedPolicyName = "C0104"
    case useClash = "C0105"
    case unusedUse = "C0106"
    case unusedPolicy = "C0107"
    case noSuchRoot = "C0108"

    // Names.
    case duplicateName = "C0201"
    case unknownName = "C0202"
    case wrongSort = "C0203"
    case unknownQualifier = "C0204"
    case nameCycle = "C0205"
    case unknownTag = "C0206"
    case searchPathNotSQL = "C0207"

    // Schema files.
    case noSchemaFile = "C0211"
    case schemaNotUnderstood = "C0212"
    case unknownTable = "C0213"
    case unknownColumn = "C0214"
    case schemaNotPostgres = "C0215"

    // Claims, facts and types.
    case claimTwoTypes = "C0301"
    case claimNotDeclared = "C0302"
    case unknownFact = "C0303"
    case factNotOfKind = "C0304"
    case factNotHere = "C0305"
    case typeMismatch = "C0306"
    case relationNotForType = "C0307"
    case unknownWord = "C0308"
    case notACondition = "C0309"
    case noFactCompared = "C0310"
    case badPattern = "C0311"
    case badWindow = "C0312"
    case unknownZone = "C0313"
    case badNetwork = "C0314"
    case setElement = "C0315"
    case headerName = "C0316"
    case unknownAlgorithm = "C0317"
    case certificateClaim = "C0318"

    // Rules.
    case verbNotOfKind = "C0402"
    case objectShape = "C0403"
    case columnsNotForVerb = "C0404"
    case ambiguousSchema = "C0405"
    case mixedKinds = "C0406"
    case expired = "C0407"
    case conditionalMember = "C0408"

    // Masks.
    case unorderableMasks = "C0501"
    case maskEveryColumn = "C0502"
    case maskWithoutColumns = "C0503"

    // Detectors.
    case detectorPattern = "C0511"
    case detectorMatchesEmpty = "C0512"
    case detectorExplodes = "C0513"
    case detectorPart = "C0514"
    case unknownChecksum = "C0515"
    case contextWord = "C0516"

    // Warnings about what is probably not meant.
    case allowCoversUnknown = "C0601"
    case unreachableRule = "C0602"
    case unusedDeclaration = "C0603"
    case identityWithoutAllow = "C0604"
    case maskNeverAllowed = "C0605"
    case expiredAllow = "C0606"
    case upperCaseName = "C0607"
    case constantCondition = "C0608"
    case schemaPassedOver = "C0609"
    case contradictoryRule = "C0610"
    case overriddenRule = "C0611"
    case coveredRule = "C0612"
    case testCannotFail = "C0613"
    case quorumNeverMet = "C0614"
    // C0615 said what the machine now does: it is not used again.
    case ambiguousIdentities = "C0616"

    // Tests.
    case testFact = "C0701"
    case testClaim = "C0702"
    case testKind = "C0703"

    // Limits.
    case tooLarge = "C0801"
    /// The machine's verifier would not take the program.
    case notVerifiable = "C0802"
}
